using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// A name space of exchanges, queues and bindings. The dictionaries serve look-ups only: whatever order shows on the
/// wire comes from the lists (bindings by age, an owner's queues by age).
/// </summary>
internal sealed class VirtualHost
{
    private readonly Dictionary<string, ExchangeModel> _exchanges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, QueueModel> _queues = new(StringComparer.Ordinal);

    public VirtualHost(string name)
    {
        Name = name;
        Router = new Router(this);
        AddSystemExchange("", ExchangeKind.Direct, false);
        AddSystemExchange("amq.direct", ExchangeKind.Direct, false);
        AddSystemExchange("amq.fanout", ExchangeKind.Fanout, false);
        AddSystemExchange("amq.topic", ExchangeKind.Topic, false);
        AddSystemExchange("amq.headers", ExchangeKind.Headers, false);
        AddSystemExchange("amq.match", ExchangeKind.Headers, false);
        AddSystemExchange("amq.rabbitmq.trace", ExchangeKind.Topic, true);
    }

    public string Name { get; }

    public Router Router { get; }

    public bool TryGetExchange(string name, out ExchangeModel exchange) => _exchanges.TryGetValue(name, out exchange!);

    public bool TryGetQueue(string name, out QueueModel queue) => _queues.TryGetValue(name, out queue!);

    public void Add(ExchangeModel exchange) => _exchanges.Add(exchange.Name, exchange);

    public void Add(QueueModel queue) => _queues.Add(queue.Name, queue);

    /// <summary>Adds a binding unless the same one is there already.</summary>
    public void Bind(Binding binding)
    {
        if (Find(binding) is not null)
        {
            return;
        }

        binding.Source.Outgoing.Add(binding);
        binding.Source.Table.Add(binding);
        binding.DestinationBindings.Add(binding);
    }

    /// <summary>Removes the same binding if it is there; an auto-delete source goes with its last binding.</summary>
    public void Unbind(Binding pattern)
    {
        if (Find(pattern) is { } binding)
        {
            Detach(binding);
            binding.DestinationBindings.Remove(binding);
            DeleteIfUnused(binding.Source);
        }
    }

    public void Delete(ExchangeModel exchange)
    {
        _exchanges.Remove(exchange.Name);
        foreach (Binding binding in exchange.Outgoing)
        {
            binding.DestinationBindings.Remove(binding);
        }

        exchange.Outgoing.Clear();
        RemoveIncoming(exchange.Incoming);
    }

    /// <summary>
    /// Removes the queue and its bindings. Its consumers and its owner's list are the caller's to clear.
    /// </summary>
    public void Delete(QueueModel queue)
    {
        _queues.Remove(queue.Name);
        queue.MarkDeleted();
        RemoveIncoming(queue.Incoming);
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

    private void DeleteIfUnused(ExchangeModel exchange)
    {
        if (exchange.IsAutoDelete && exchange.Outgoing.Count == 0 && _exchanges.ContainsKey(exchange.Name))
        {
            Delete(exchange);
        }
    }

    private static void Detach(Binding binding)
    {
        binding.Source.Outgoing.Remove(binding);
        binding.Source.Table.Remove(binding);
    }

    private static Binding? Find(Binding pattern)
    {
        foreach (Binding binding in pattern.DestinationBindings)
        {
            if (binding.IsSameAs(pattern))
            {
                return binding;
            }
        }

        return null;
    }

    private void AddSystemExchange(string name, ExchangeKind kind, bool isInternal) => Add(new ExchangeModel
    {
        Name = name,
        Kind = kind,
        IsDurable = true,
        IsAutoDelete = false,
        IsInternal = isInternal,
        Arguments = FieldTable.Empty,
    });
}
