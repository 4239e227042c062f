using Amqp.Engine.Spec;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>Class queue (AMQP 0-9-1 §1.7): purge and delete, and what follows when a queue goes.</content>
public sealed partial class BrokerConnection
{
    private void OnQueuePurge(ChannelModel channel, QueuePurge purge)
    {
        if (!TryExpandName(channel, purge.Queue, out string name)
            || !TryFindQueue(channel, name, out QueueModel? queue))
        {
            return;
        }

        int count = queue.Purge();
        if (!purge.NoWait)
        {
            Write(channel.Number, new QueuePurgeOk { MessageCount = (uint)count });
        }
    }

    private void OnQueueDelete(ChannelModel channel, QueueDelete delete)
    {
        if (!TryExpandName(channel, delete.Queue, out string name))
        {
            return;
        }

        int count = 0;
        bool exists = _virtualHost!.TryGetQueue(name, out QueueModel queue);
        if (exists)
        {
            if (!TryFindQueue(channel, name, out _))
            {
                return;
            }

            string? obstacle = delete.IfUnused && queue.Consumers.Count > 0 ? "in use"
                : delete.IfEmpty && queue.ReadyCount > 0 ? "not empty"
                : null;
            if (obstacle is not null)
            {
                FailChannel(channel, ReplyCode.PreconditionFailed, $"{Shown(queue)} {obstacle}");
                return;
            }

            count = queue.ReadyCount;
        }

        if (!delete.NoWait)
        {
            Write(channel.Number, new QueueDeleteOk { MessageCount = (uint)count });
        }

        if (exists)
        {
            DeleteQueue(queue);
        }
    }

    /// <summary>Removes a queue with its bindings; its consumers hear basic.cancel if their clients can.</summary>
    private static void DeleteQueue(QueueModel queue)
    {
        if (queue.IsDeleted)
        {
            return;
        }

        ConsumerModel[] consumers = [.. queue.Consumers];
        queue.VirtualHost.Delete(queue);
        queue.Owner?._exclusiveQueues.Remove(queue);
        foreach (ConsumerModel consumer in consumers)
        {
            queue.RemoveConsumer(consumer);
            consumer.Channel.Consumers.Remove(consumer);
            consumer.Channel.Session.NotifyCancelled(consumer);
        }
    }

    private void NotifyCancelled(ConsumerModel consumer)
    {
        if (_wantsCancel && _phase == ConnectionPhase.Running && !consumer.Channel.IsClosing)
        {
            Write(consumer.Channel.Number, new BasicCancel { ConsumerTag = consumer.Tag, NoWait = true });
        }
    }

    /// <summary>An auto-delete queue goes with its last consumer; otherwise the remaining ones are served.</summary>
    private static void AfterConsumerLeft(QueueModel queue)
    {
        if (queue.IsDeleted)
        {
            return;
        }

        if (queue.IsAutoDelete && queue.Consumers.Count == 0)
        {
            DeleteQueue(queue);
        }
        else
        {
            queue.Deliver();
        }
    }
}
