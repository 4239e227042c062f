using Amqp.Engine.Base;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>Looking into queues as clients of the management API do.</content>
public sealed partial class BrokerCore
{
    /// <summary>
    /// Takes messages from a queue and puts them back, as the management API's "get" with ack_requeue_true does: they
    /// count as redelivered afterwards, and a quorum queue counts the deliveries. A stream cannot be looked into so.
    /// </summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="name">The queue's name.</param>
    /// <param name="count">The most messages, 0 or more.</param>
    /// <returns>The messages in the order in which a consumer gets them, as they were before.</returns>
    /// <exception cref="BrokerControlException">No such virtual host or queue.</exception>
    public IReadOnlyList<MessageInfo> TakeAndReturn(string virtualHost, string name, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        QueueModel queue = QueueOrThrow(virtualHost, name);
        List<MessageInfo> shown = [];
        List<QueueEntry> taken = [];
        while (shown.Count < count && queue.TryGet(noAck: false, out QueueEntry entry, out int _))
        {
            shown.Add(Describe(queue.Shown(entry, isGet: true), entry.Redelivered));
            taken.Add(entry);
        }

        foreach (QueueEntry entry in taken)
        {
            queue.Requeue(new UnackedEntry(0, queue, null, entry, MonoTime.Never), isReturned: true);
        }

        queue.AfterRequeue();
        return shown;
    }
}
