using Amqp.Engine.Spec;
using Amqp.FakeBroker.Model;
using Amqp.FakeBroker.Text;

namespace Amqp.FakeBroker;

/// <content>
/// Settling deliveries: ack, nack, reject, recover (AMQP 0-9-1 §1.8.3.13 to 16, RabbitMQ's basic.nack).
/// </content>
public sealed partial class BrokerConnection
{
    private readonly List<UnackedEntry> _settled = [];

    private void Settle(ChannelModel channel, ulong tag, bool multiple, Outcome outcome)
    {
        _settled.Clear();
        bool isKnown = true;
        if (multiple && tag == 0)
        {
            channel.Unacked.TakeAll(_settled);
        }
        else if (multiple)
        {
            isKnown = channel.Unacked.TryTakeThrough(tag, _settled);
        }
        else if (channel.Unacked.TryTake(tag, out UnackedEntry entry))
        {
            _settled.Add(entry);
        }
        else
        {
            isKnown = false;
        }

        if (!isKnown)
        {
            FailChannel(channel, ReplyCode.PreconditionFailed, ReplyTexts.UnknownDeliveryTag(tag));
        }
        else if (channel.Transaction is { } transaction)
        {
            transaction.Settlements.Add(([.. _settled], outcome));
        }
        else
        {
            Finish(channel, _settled, outcome);
        }
    }

    /// <summary>Gives up what was held for the deliveries, then lets consumers have what that made possible.</summary>
    private static void Finish(ChannelModel channel, List<UnackedEntry> entries, Outcome outcome)
    {
        foreach (UnackedEntry entry in entries)
        {
            if (entry.Consumer is { } consumer)
            {
                consumer.Unacked--;
                channel.FreeGlobalRoom();
            }
        }

        switch (outcome)
        {
            case Outcome.Requeue:
                RequeueAll(entries, isReturned: true);
                break;
            case Outcome.Acknowledge:
                foreach (UnackedEntry entry in entries)
                {
                    entry.Queue.Acknowledge(entry);
                }

                break;
            default:
                // A copy: a dead letter may be delivered at once, to a channel that settles with the same list.
                foreach (UnackedEntry entry in entries.ToArray())
                {
                    entry.Queue.Reject(entry);
                }

                break;
        }

        WakeConsumers(channel);
    }

    /// <summary>
    /// Returns messages to their places, and only then serves the queues, so that a consumer sees them in order.
    /// </summary>
    private static void RequeueAll(List<UnackedEntry> entries, bool isReturned)
    {
        // A copy: serving a queue may settle nothing, but it must not depend on a list the next settlement reuses.
        UnackedEntry[] requeued = [.. entries];
        foreach (UnackedEntry entry in requeued)
        {
            entry.Queue.Requeue(entry, isReturned);
        }

        QueueModel? last = null;
        foreach (UnackedEntry entry in requeued)
        {
            if (entry.Queue != last)
            {
                entry.Queue.AfterRequeue();
            }

            last = entry.Queue;
        }
    }

    private void OnRecover(ChannelModel channel, bool requeue, bool isAnswered)
    {
        if (!requeue)
        {
            FailConnection(ReplyCode.NotImplemented, "requeue=false");
            return;
        }

        if (isAnswered)
        {
            Write(channel.Number, new BasicRecoverOk());
        }

        List<UnackedEntry> entries = [];
        channel.Unacked.TakeAll(entries);
        Finish(channel, entries, Outcome.Requeue);
    }
}
