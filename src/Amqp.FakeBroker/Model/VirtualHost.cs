using Amqp.Engine.Wire;
using Amqp.FakeBroker.Policies;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// A name space of exchanges, queues and bindings. The dictionaries serve look-ups only: whatever order shows on the
/// wire comes from the lists (bindings by age, an owner's queues by age).
/// </summary>
internal sealed class VirtualHost
{
    private static readonly string[] s_exchangeTargets = ["exchanges"];

    private readonly Dictionary<string, ExchangeModel> _exchanges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, QueueModel> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<BindingIdentity, Binding> _bindings = [];
    private readonly List<QueueModel> _routed = [];

    public VirtualHost(BrokerCore core, string name)
    {
        Core = core;
        Name = name;
        Router = new Router(this);
        DeadLetters = new DeadLetters(this);
        AddSystemExchange("", ExchangeKind.Direct, false);
        AddSystemExchange("amq.direct", ExchangeKind.Direct, false);
        AddSystemExchange("amq.fanout", ExchangeKind.Fanout, false);
        AddSystemExchange("amq.topic", ExchangeKind.Topic, false);
        AddSystemExchange("amq.headers", ExchangeKind.Headers, false);
        AddSystemExchange("amq.match", ExchangeKind.Headers, false);
        AddSystemExchange(TraceExchange, ExchangeKind.Topic, true);
    }

    public const string TraceExchange = "amq.rabbitmq.trace";

    public BrokerCore Core { get; }

    public string Name { get; }

    public Router Router { get; }

    public DeadLetters DeadLetters { get; }

    public PolicyTable Policies { get; } = new();

    /// <summary>Policies that bound what users' policies and arguments may ask for.</summary>
    public PolicyTable OperatorPolicies { get; } = new();

    public int? MaxConnections { get; set; }

    public int? MaxQueues { get; set; }

    public bool IsTracing { get; set; }

    /// <summary>What a queue is that names no type; null where none was chosen.</summary>
    public QueueKind? DefaultQueueType { get; set; }

    public int QueueCount => _queues.Count;

    /// <summary>The queues by name.</summary>
    public IEnumerable<QueueModel> Queues =>
        _queues.Values.OrderBy(static queue => queue.Name, StringComparer.Ordinal);

    /// <summary>The exchanges by name.</summary>
    public IEnumerable<ExchangeModel> Exchanges =>
        _exchanges.Values.OrderBy(static exchange => exchange.Name, StringComparer.Ordinal);

    public bool TryGetExchange(string name, out ExchangeModel exchange) => _exchanges.TryGetValue(name, out exchange!);

    public bool TryGetQueue(string name, out QueueModel queue) => _queues.TryGetValue(name, out queue!);

    /// <summary>
    /// The arguments of a declaration with the type that queues have here unless they name one (measured): the
    /// virtual host's where the other attributes permit it, else the broker's, which only later releases write down.
    /// </summary>
    public FieldTable WithQueueType(FieldTable arguments, bool isDurable, bool isExclusive, bool isAutoDelete)
    {
        if (arguments.ContainsKey("x-queue-type"))
        {
            return arguments;
        }

        bool isReplicable = isDurable && !isExclusive && !isAutoDelete;
        QueueKind? kind = isReplicable || DefaultQueueType == QueueKind.Classic ? DefaultQueueType : null;
        kind ??= Core.Profile.NamesQueueTypes ? QueueKind.Classic : null;
        return kind is { } one ? arguments.With("x-queue-type", QueueArgumentRules.KindName(one)) : arguments;
    }

    public void Add(ExchangeModel exchange)
    {
        exchange.ApplyPolicy(Policies.Match(exchange.Name, s_exchangeTargets, null));
        _exchanges.Add(exchange.Name, exchange);
    }

    public void Add(QueueModel queue)
    {
        _queues.Add(queue.Name, queue);
        queue.Touch();
    }

    public void ApplyPolicies()
    {
        foreach (ExchangeModel exchange in _exchanges.Values)
        {
            exchange.ApplyPolicy(Policies.Match(exchange.Name, s_exchangeTargets, null));
        }

        foreach (QueueModel queue in Queues.ToArray())
        {
            queue.ApplyPolicies();
        }
    }

    /// <summary>Adds a binding unless the same one is there already.</summary>
    public void Bind(Binding binding)
    {
        if (!_bindings.TryAdd(binding.Identity, binding))
        {
            return;
        }

        binding.Source.Outgoing.Add(binding);
        binding.Source.Table.Add(binding);
        binding.DestinationBindings.Add(binding);
    }

    /// <summary>Removes the same binding if it is there; an auto-delete source goes with its last binding.</summary>
    public bool Unbind(Binding pattern)
    {
        if (!_bindings.TryGetValue(pattern.Identity, out Binding? binding))
        {
            return false;
        }

        Detach(binding);
        binding.DestinationBindings.Remove(binding);
        DeleteIfUnused(binding.Source);
        return true;
    }

    public void Delete(ExchangeModel exchange)
    {
        _exchanges.Remove(exchange.Name);
        foreach (Binding binding in exchange.Outgoing)
        {
            _bindings.Remove(binding.Identity);
            binding.DestinationBindings.Remove(binding);
        }

        exchange.Outgoing.Clear();
        RemoveIncoming(exchange.Incoming);
    }

    /// <summary>Removes a queue with its bindings; its consumers hear basic.cancel if their clients can.</summary>
    public void DeleteQueue(QueueModel queue)
    {
        if (queue.IsDeleted)
        {
            return;
        }

        ConsumerModel[] consumers = [.. queue.Consumers];
        _queues.Remove(queue.Name);
        queue.MarkDeleted();
        Core.CountDeleted(queue);
        RemoveIncoming(queue.Incoming);
        queue.Owner?.Disown(queue);
        foreach (ConsumerModel consumer in consumers)
        {
            queue.RemoveConsumer(consumer);
            consumer.Channel.Consumers.Remove(consumer);
            consumer.Channel.Session.NotifyCancelled(consumer);
        }
    }

    /// <summary>Routes a message and puts it into its queues; false when it reached none.</summary>
    public bool Publish(ExchangeModel exchange, StoredMessage message)
    {
        List<QueueModel> queues = _routed;
        queues.Clear();
        Router.Route(exchange, message, queues);
        bool isRouted = queues.Count > 0;
        Core.Note(
            isRouted ? BrokerEventKind.Published : BrokerEventKind.Unroutable,
            message.Number,
            Name,
            exchange.Name);
        for (int i = 0; i < queues.Count; i++)
        {
            queues[i].Publish(message);
        }

        return isRouted;
    }

    /// <summary>
    /// A restart: transient queues and exchanges go with their bindings, and every message that would.
    /// </summary>
    public void Recover()
    {
        foreach (QueueModel queue in Queues.ToArray())
        {
            if (queue.IsDurable)
            {
                queue.Thaw();
            }
            else
            {
                DeleteQueue(queue);
            }
        }

        foreach (ExchangeModel exchange in Exchanges.ToArray())
        {
            if (!exchange.IsDurable)
            {
                Delete(exchange);
            }
        }
    }

    private void RemoveIncoming(List<Binding> incoming)
    {
        Binding[] bindings = [.. incoming];
        incoming.Clear();
        foreach (Binding binding in bindings)
        {
            Detach(binding);
        }

        foreach (Binding binding in bindings)
        {
            DeleteIfUnused(binding.Source);
        }
    }

    /// <summary>
    /// At a restart bindings go without a trace: an auto-delete exchange that loses its last one stays.
    /// </summary>
    private void DeleteIfUnused(ExchangeModel exchange)
    {
        if (exchange.IsAutoDelete && exchange.Outgoing.Count == 0 && Core.IsRunning
            && _exchanges.ContainsKey(exchange.Name))
        {
            Delete(exchange);
        }
    }

    private void Detach(Binding binding)
    {
        _bindings.Remove(binding.Identity);
        binding.Source.Outgoing.Remove(binding);
        binding.Source.Table.Remove(binding);
    }

    private void AddSystemExchange(string name, ExchangeKind kind, bool isInternal) => Add(new ExchangeModel
    {
        Name = name,
        Profile = Core.Profile,
        Kind = kind,
        IsDurable = true,
        IsAutoDelete = false,
        IsInternal = isInternal,
        Arguments = FieldTable.Empty,
    });
}
