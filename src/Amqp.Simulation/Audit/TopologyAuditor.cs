using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>
/// G1, as far as there is recovery: when everything has settled, the queues, bindings and consumers that the client
/// asked for and nobody removed are there; and no queue ever comes up that nobody declared.
/// </summary>
internal sealed class TopologyAuditor : IAuditor
{
    private readonly List<string> _failures = [];
    private readonly HashSet<string> _everDeclared = [];
    private readonly HashSet<string> _queues = [];
    private readonly HashSet<string> _unsure = [];
    private readonly HashSet<(string Source, string Queue, string Key)> _bindings = [];
    private readonly Dictionary<(int Client, ushort Channel, string Tag), string> _consumers = [];
    private readonly Dictionary<(int Client, ulong Request), (ushort Channel, Step Step)> _calls = [];

    /// <summary>Whose commands and events come next, from 0.</summary>
    public int Client { get; set; }

    /// <summary>How many clients there are.</summary>
    public int Clients { get; set; } = 1;

    public IReadOnlyList<string> Failures => _failures;

    // What a client restores it asks for anew; so the channels and the consumers begin anew as well.
    public void OnSession(int number)
    {
        foreach (((int Client, ulong Request) key, (_, Step step)) in _calls)
        {
            if (key.Client == Client && DeletedBy(step) is { } queue)
            {
                // A broker may read later, and act on, what a lost connection had sent.
                ForgetQueue(queue);
                _unsure.Add(queue);
            }
        }

        ForgetClient();
    }

    public void OnCommand(CommandRecord command)
    {
        if (command.Result != CommandResult.Ok || command.Request == default)
        {
            return;
        }

        _calls[(Client, command.Request.Value)] = (command.Channel, command.Step);
        if (DeclaredBy(command.Step) is { } queue)
        {
            _everDeclared.Add(queue);
        }
        else if (DeletedBy(command.Step) is { } gone)
        {
            ForgetQueue(gone);
            if (Clients > 1)
            {
                // Another client's declaration may be carried out before it or after it: nobody can tell.
                _unsure.Add(gone);
            }
        }
    }

    public void OnEvent(EventRecord e)
    {
        switch (e.Kind)
        {
            case EventKind.CallCompleted when _calls.Remove((Client, e.Request.Value), out var call):
                Complete(call.Channel, call.Step);
                break;
            case EventKind.ConsumerCancelled:
                _consumers.Remove((Client, e.Channel, e.ConsumerTag));
                break;
            case EventKind.ChannelClosed:
                foreach (var key in _consumers.Keys.Where(
                    key => key.Client == Client && key.Channel == e.Channel).ToArray())
                {
                    _consumers.Remove(key);
                }

                break;
            case EventKind.SessionClosed when Clients > 1:
                // The others may go on, and their consumers are counted, when this one has gone for good.
                ForgetConsumers();
                break;
        }
    }

    public void OnFault(BrokerFault fault, bool happened)
    {
        if (fault is DeleteQueue delete)
        {
            // The answer to a declaration may still be under way, so nothing certain is known of it from here on.
            ForgetQueue(delete.Queue);
            _unsure.Add(delete.Queue);
        }
    }

    public void OnEnd(bool closed)
    {
    }

    public void OnSettled(BrokerCore broker)
    {
        IReadOnlyList<QueueInfo> queues = broker.ListQueues();
        foreach (string name in _queues)
        {
            if (!queues.Any(queue => queue.Name == name))
            {
                _failures.Add($"G1 queue {name} is not there");
            }
        }

        HashSet<(string, string, string)> bindings =
            [.. broker.ListBindings().Select(each => (each.Source, each.Destination, each.RoutingKey))];
        foreach (var binding in _bindings)
        {
            if (!bindings.Contains(binding))
            {
                _failures.Add($"G1 binding {binding} is not there");
            }
        }

        foreach (QueueInfo queue in queues)
        {
            int expected = _consumers.Values.Count(name => name == queue.Name);
            if (queue.Consumers.Length != expected)
            {
                _failures.Add($"G1 queue {queue.Name} has {queue.Consumers.Length} consumers and must have {expected}");
            }
        }
    }

    public void OnFinish(BrokerCore broker, bool isStuck)
    {
        foreach (QueueInfo queue in broker.ListQueues())
        {
            if (!_everDeclared.Contains(queue.Name))
            {
                _failures.Add($"G1 queue {queue.Name} is there and nobody declared it");
            }
        }
    }

    private static string? DeclaredBy(Step step) => step switch
    {
        Step.DeclareQueue declare => declare.Queue,
        Step.Call { Method: QueueDeclare { Passive: false, Queue.Length: > 0 } declare } => declare.Queue,
        _ => null,
    };

    private static string? DeletedBy(Step step) => step switch
    {
        Step.DeleteQueue delete => delete.Queue,
        Step.Call { Method: QueueDelete delete } => delete.Queue,
        _ => null,
    };

    private void Complete(ushort channel, Step step)
    {
        if (DeclaredBy(step) is { } queue && !_unsure.Contains(queue))
        {
            _queues.Add(queue);
        }

        switch (step)
        {
            case Step.Call { Method: QueueBind bind } when _queues.Contains(bind.Queue):
                _bindings.Add((bind.Exchange, bind.Queue, bind.RoutingKey));
                break;
            case Step.Consume consume:
                _consumers[(Client, channel, consume.ConsumerTag)] = consume.Queue;
                break;
            case Step.Cancel cancel:
                _consumers.Remove((Client, channel, cancel.ConsumerTag));
                break;
        }
    }

    private void ForgetClient()
    {
        ForgetConsumers();
        foreach (var key in _calls.Keys.Where(key => key.Client == Client).ToArray())
        {
            _calls.Remove(key);
        }
    }

    private void ForgetConsumers()
    {
        foreach (var key in _consumers.Keys.Where(key => key.Client == Client).ToArray())
        {
            _consumers.Remove(key);
        }
    }

    private void ForgetQueue(string queue)
    {
        _queues.Remove(queue);
        _bindings.RemoveWhere(binding => binding.Queue == queue);
    }
}
