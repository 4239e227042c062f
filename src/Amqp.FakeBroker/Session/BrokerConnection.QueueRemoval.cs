using Amqp.Engine.Spec;
using Amqp.FakeBroker.Access;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>
/// Class queue (AMQP 0-9-1 §1.7): purge and delete, and what follows when a queue or its consumer goes.
/// </content>
public sealed partial class BrokerConnection
{
    private void OnQueuePurge(ChannelModel channel, QueuePurge purge)
    {
        if (!TryExpandName(channel, purge.Queue, out string name)
            || !MayUseQueue(channel, PermissionKind.Read, name)
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
        if (!TryExpandName(channel, delete.Queue, out string name)
            || !MayUseQueue(channel, PermissionKind.Configure, name))
        {
            return;
        }

        int count = 0;
        bool exists = _virtualHost!.TryGetQueue(name, out QueueModel queue);
        if (exists)
        {
            if (!TryFindQueue(channel, name, out _) || !MayDeleteReplicated(delete, queue))
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
            queue.VirtualHost.DeleteQueue(queue);
        }
    }

    /// <summary>An exclusive queue of this connection is gone.</summary>
    internal void Disown(QueueModel queue) => _exclusiveQueues.Remove(queue);

    internal void NotifyCancelled(ConsumerModel consumer)
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
            queue.VirtualHost.DeleteQueue(queue);
        }
        else
        {
            queue.Deliver();
        }
    }
}
