using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// Finds the queues of a publish: bindings, exchange-to-exchange bindings, CC and BCC keys, alternate exchanges. A
/// queue is found at most once, and cycles end, by stamping what a publish has visited. Allocates nothing in steady
/// state.
/// </summary>
internal sealed class Router(VirtualHost virtualHost)
{
    private readonly List<ExchangeModel> _pending = [];
    private readonly List<Binding> _matches = [];
    private readonly List<QueueModel> _replicated = [];
    private ulong _stamp;

    /// <summary>
    /// Appends the queues in the order their bindings were made, those that are replicated after the others: they
    /// have a message later, so that a channel that consumes from both sees the classic queue's first (measured).
    /// </summary>
    public void Route(ExchangeModel exchange, StoredMessage message, List<QueueModel> queues)
    {
        _stamp++;
        _pending.Clear();
        _replicated.Clear();
        Visit(exchange);
        for (int i = 0; i < _pending.Count; i++)
        {
            if (_pending[i].IsDefault)
            {
                RouteDefault(message, queues);
            }
            else
            {
                RouteBindings(_pending[i], message, queues);
            }
        }

        queues.AddRange(_replicated);
    }

    private void RouteDefault(StoredMessage message, List<QueueModel> queues)
    {
        AddByName(message.RoutingKey, queues);
        foreach (string key in message.ExtraKeys)
        {
            AddByName(key, queues);
        }
    }

    private void RouteBindings(ExchangeModel exchange, StoredMessage message, List<QueueModel> queues)
    {
        _matches.Clear();
        exchange.Table.Match(message.RoutingKey, message, _matches);
        if (exchange.Kind is ExchangeKind.Direct or ExchangeKind.Topic)
        {
            foreach (string key in message.ExtraKeys)
            {
                exchange.Table.Match(key, message, _matches);
            }
        }

        foreach (Binding binding in _matches)
        {
            if (binding.Queue is { } queue)
            {
                Add(queue, queues);
            }
            else
            {
                Visit(binding.Exchange!);
            }
        }

        // Judged by bindings that match, not by queues reached: a matching binding that leads nowhere counts.
        if (_matches.Count == 0 && exchange.AlternateExchange is { Length: > 0 } name
            && virtualHost.TryGetExchange(name, out ExchangeModel alternate))
        {
            Visit(alternate);
        }
    }

    private void AddByName(string name, List<QueueModel> queues)
    {
        if (virtualHost.TryGetQueue(name, out QueueModel queue))
        {
            Add(queue, queues);
        }
    }

    private void Add(QueueModel queue, List<QueueModel> queues)
    {
        if (queue.RouteStamp != _stamp)
        {
            queue.RouteStamp = _stamp;
            (queue.Kind == QueueKind.Classic ? queues : _replicated).Add(queue);
        }
    }

    private void Visit(ExchangeModel exchange)
    {
        if (exchange.RouteStamp != _stamp)
        {
            exchange.RouteStamp = _stamp;
            _pending.Add(exchange);
        }
    }
}
