using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>
/// An account of every message, kept from what the broker reports, that knows nothing of how the broker keeps its
/// queues: what is ready in which order, what is out, how each one left.
/// </summary>
internal sealed class MessageLedger : IBrokerObserver
{
    private readonly Dictionary<string, QueueAccount> _queues = new(StringComparer.Ordinal);

    /// <summary>What each dead letter was before.</summary>
    public Dictionary<ulong, ulong> Ancestors { get; } = [];

    /// <summary>Publishes that were confirmed or refused, with how often.</summary>
    public Dictionary<ulong, int> Settled { get; } = [];

    public HashSet<ulong> Refused { get; } = [];

    /// <summary>The priority of each message, for queues that have some.</summary>
    public Func<ulong, int> PriorityOf { get; set; } = _ => 0;

    public void Declare(QueueInfo queue, BrokerProfile profile) =>
        _queues[queue.Name] = new QueueAccount(queue, profile, number => PriorityOf(Origin(number)));

    public void OnEvent(in BrokerEvent brokerEvent)
    {
        var number = brokerEvent.Message;
        switch (brokerEvent.Kind)
        {
            case BrokerEventKind.Published or BrokerEventKind.Unroutable:
                return;
            case BrokerEventKind.Confirmed or BrokerEventKind.Nacked:
                Settled[number] = Settled.GetValueOrDefault(number) + 1;
                Assert.Equal(brokerEvent.Kind == BrokerEventKind.Nacked, Refused.Contains(number));
                return;
            case BrokerEventKind.Refused:
                Refused.Add(number);
                return;
            case BrokerEventKind.DeadLettered:
                Ancestors[brokerEvent.Letter] = number;
                break;
            default:
                break;
        }

        _queues[brokerEvent.Queue].OnEvent(brokerEvent);
    }

    /// <summary>A queue was purged, perhaps of nothing.</summary>
    public void AfterPurge(string queue) => _queues[queue].AfterPurge();

    private ulong Origin(ulong number)
    {
        while (Ancestors.TryGetValue(number, out var ancestor))
        {
            number = ancestor;
        }

        return number;
    }

    /// <summary>Every queue holds exactly what the account says.</summary>
    public void Balance(BrokerCore core)
    {
        foreach (var queue in core.ListQueues("/"))
        {
            var account = _queues[queue.Name];
            Assert.Equal((account.Ready, account.Out), (queue.Ready, queue.Unacknowledged));
        }

        foreach (var account in _queues.Values.Where(each => core.FindQueue("/", each.Name) is null))
        {
            Assert.Equal(0, account.Ready);
        }

        if (core.ListQueues().All(each => each.Messages == 0))
        {
            Assert.Equal(0, core.StoredOctets);
        }
    }
}
