using Amqp.Engine.Events;
using Amqp.FakeBroker;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>
/// E1 and E6: what was confirmed is in its queue or was consumed, whatever went wrong; and there are no more copies of
/// a message than attempts to publish it.
/// </summary>
internal sealed class SafetyAuditor(MessageLedger ledger) : IAuditor
{
    private readonly List<string> _failures = [];

    public IReadOnlyList<string> Failures => _failures;

    public void OnCommand(CommandRecord command)
    {
    }

    public void OnEvent(EventRecord e)
    {
    }

    public void OnEnd(bool closed)
    {
    }

    public void OnFinish(BrokerCore broker, bool isStuck)
    {
        if (broker.Connections.Count > 0)
        {
            return; // Somebody holds messages still.
        }

        Dictionary<(string Queue, string Id), int> found = [];
        foreach (QueueInfo queue in broker.ListQueues())
        {
            foreach (MessageInfo message in broker.BrowseQueue(queue.VirtualHost, queue.Name))
            {
                if (message.Properties.MessageId is { } id)
                {
                    int copies = found.GetValueOrDefault((queue.Name, id)) + 1;
                    found[(queue.Name, id)] = copies;
                }
            }
        }

        foreach (((string queue, string id), int copies) in found)
        {
            if (ledger.Find(id) is { } entry && copies > entry.Attempts)
            {
                _failures.Add($"E6 queue {queue} holds {copies} copies of {id} after {entry.Attempts} attempts");
            }
        }

        foreach (LedgerEntry entry in ledger.Entries)
        {
            if (entry is { IsConfirmed: true, IsReturned: false, MayBeGone: false } && ledger.IsSafe(entry)
                && !found.ContainsKey((entry.Step.RoutingKey, entry.Id)))
            {
                _failures.Add($"E1 message {entry.Id} was confirmed and is nowhere");
            }
        }
    }
}
