using System.Runtime.InteropServices;
using Amqp.Engine.Events;
using Amqp.FakeBroker;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>
/// F10 and F2, in the broker: each message is at each moment in exactly one place of its queue: ready, held by a
/// client, or gone; and what is gone does not come back.
/// </summary>
public sealed class ConservationAuditor : IAuditor
{
    private readonly List<string> _failures = [];
    private readonly Dictionary<(ulong Message, string Queue), MessagePlace> _places = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Failures => _failures;

    /// <inheritdoc/>
    public void OnCommand(CommandRecord command)
    {
    }

    /// <inheritdoc/>
    public void OnEvent(EventRecord e)
    {
    }

    /// <inheritdoc/>
    public void OnEnd(bool closed)
    {
    }

    /// <inheritdoc/>
    public void OnBroker(in BrokerEvent e)
    {
        switch (e.Kind)
        {
            case BrokerEventKind.Enqueued:
                Move(e, MessagePlace.Nowhere, MessagePlace.Nowhere, MessagePlace.Ready);
                break;
            case BrokerEventKind.Delivered:
                Move(e, MessagePlace.Ready, MessagePlace.Ready, MessagePlace.Held);
                break;
            case BrokerEventKind.Acknowledged:
                Move(e, MessagePlace.Held, MessagePlace.Held, MessagePlace.Gone);
                break;
            case BrokerEventKind.Requeued:
                Move(e, MessagePlace.Held, MessagePlace.Held, MessagePlace.Ready);
                break;
            case BrokerEventKind.Dropped or BrokerEventKind.DeadLettered:
                Move(e, MessagePlace.Ready, MessagePlace.Held, MessagePlace.Gone);
                break;
        }
    }

    /// <inheritdoc/>
    public void OnFinish(BrokerCore broker, bool isStuck)
    {
        ArgumentNullException.ThrowIfNull(broker);
        foreach (QueueInfo queue in broker.ListQueues())
        {
            HashSet<ulong> expected = [];
            foreach (var ((message, name), place) in _places)
            {
                if (place == MessagePlace.Ready && name == queue.Name)
                {
                    expected.Add(message);
                }
            }

            int found = 0;
            foreach (MessageInfo message in broker.BrowseQueue(queue.VirtualHost, queue.Name))
            {
                found++;
                if (!expected.Contains(message.Number))
                {
                    _failures.Add($"F10 queue {queue.Name} holds message {message.Number}, which must not be there");
                }
            }

            if (found < expected.Count)
            {
                _failures.Add($"F10 queue {queue.Name} holds {found} messages and must hold {expected.Count}");
            }
        }
    }

    private void Move(in BrokerEvent e, MessagePlace from, MessagePlace orFrom, MessagePlace to)
    {
        ref MessagePlace place = ref CollectionsMarshal.GetValueRefOrAddDefault(_places, (e.Message, e.Queue), out _);
        if (place != from && place != orFrom)
        {
            _failures.Add(place == MessagePlace.Gone
                ? $"F2 {e.Kind} of message {e.Message} in {e.Queue}, which is gone"
                : $"F10 {e.Kind} of message {e.Message} in {e.Queue}, which is {place}");
        }

        place = to;
    }
}
