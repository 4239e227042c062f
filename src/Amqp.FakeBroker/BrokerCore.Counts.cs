using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>What the management API counts of all queues.</content>
public sealed partial class BrokerCore
{
    private MessageCounts _countsOfDeleted;

    /// <summary>How many messages went in and out of all queues, deleted ones included.</summary>
    public MessageCounts Counts
    {
        get
        {
            MessageCounts sum = _countsOfDeleted;
            foreach (VirtualHost host in _virtualHosts.Values)
            {
                foreach (QueueModel queue in host.Queues)
                {
                    sum = sum.Plus(queue.Counts);
                }
            }

            return sum;
        }
    }

    internal void CountDeleted(QueueModel queue) => _countsOfDeleted = _countsOfDeleted.Plus(queue.Counts);
}
