using Amqp.Engine.Spec;

namespace Amqp.Engine.Recovery;

/// <summary>
/// What a client has declared and would have to declare again after it lost its connection: exchanges, queues,
/// bindings, consumers and the settings of its channels, as plain values in the order they were made. Deletes are
/// mirrored with what they take along: a queue's bindings and consumers, exchanges and queues that are deleted
/// automatically. Not thread-safe.
/// </summary>
/// <remarks>
/// <para>Only what the broker has agreed to is recorded: call <see cref="Record"/> with a request and its reply, and
/// with nowait forms as they are sent. Passive declares record nothing.</para>
/// <para>Channels go by numbers of the owner's that outlive a connection.</para>
/// <para>What others do is not seen: a queue that is deleted automatically is forgotten when this client's last
/// consumer on it ends, also when another client still consumes from it.</para>
/// </remarks>
public sealed partial class TopologyLedger
{
    private readonly OrderedLedger<string, RecordedExchange> _exchanges = new();
    private readonly OrderedLedger<string, RecordedQueue> _queues = new();
    private readonly OrderedLedger<RecordedBinding, RecordedBinding> _bindings = new();
    private readonly OrderedLedger<(ulong Channel, string Tag), RecordedConsumer> _consumers = new();
    private readonly OrderedLedger<ulong, RecordedChannel> _channels = new();
    private readonly Dictionary<string, HashSet<RecordedBinding>> _bySource = new(StringComparer.Ordinal);
    private readonly Dictionary<(bool IsToQueue, string Name), HashSet<RecordedBinding>> _byDestination = [];
    private readonly Dictionary<string, HashSet<(ulong Channel, string Tag)>> _byQueue = new(StringComparer.Ordinal);

    // What an empty queue name stands for on a channel (AMQP 0-9-1, queue.bind).
    private readonly Dictionary<ulong, string> _lastQueue = [];

    /// <summary>The exchanges, in the order they were declared.</summary>
    public IReadOnlyList<RecordedExchange> Exchanges => _exchanges.List();

    /// <summary>The queues, in the order they were declared.</summary>
    public IReadOnlyList<RecordedQueue> Queues => _queues.List();

    /// <summary>The bindings, in the order they were made.</summary>
    public IReadOnlyList<RecordedBinding> Bindings => _bindings.List();

    /// <summary>The consumers, in the order they were started.</summary>
    public IReadOnlyList<RecordedConsumer> Consumers => _consumers.List();

    /// <summary>The channels, in the order of their first record.</summary>
    public IReadOnlyList<RecordedChannel> Channels => _channels.List();

    /// <summary>How many entities are recorded, of all kinds together.</summary>
    public int Count => _exchanges.Count + _queues.Count + _bindings.Count + _consumers.Count + _channels.Count;

    /// <summary>Records what the broker agreed to. Methods that change no topology are ignored.</summary>
    /// <param name="channel">The owner's number of the channel.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="reply">The answer; null for a nowait form. It names queues and consumers that the broker
    /// named.</param>
    public void Record(ulong channel, AmqpMethod request, AmqpMethod? reply = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        switch (request)
        {
            case ExchangeDeclare declare:
                OnDeclare(declare);
                break;
            case ExchangeDelete delete:
                ForgetExchange(delete.Exchange);
                break;
            case ExchangeBind bind:
                Add(new RecordedBinding(bind.Source, bind.Destination, false, bind.RoutingKey, bind.Arguments));
                break;
            case ExchangeUnbind unbind:
                Remove(new RecordedBinding(
                    unbind.Source, unbind.Destination, false, unbind.RoutingKey, unbind.Arguments));
                break;
            case QueueDeclare declare:
                OnDeclare(channel, declare, reply as QueueDeclareOk);
                break;
            case QueueDelete delete:
                ForgetQueue(QueueOf(channel, delete.Queue));
                break;
            case QueueBind bind:
                Add(Binding(channel, bind.Queue, bind.Exchange, bind.RoutingKey, bind.Arguments));
                break;
            case QueueUnbind unbind:
                Remove(Binding(channel, unbind.Queue, unbind.Exchange, unbind.RoutingKey, unbind.Arguments));
                break;
            default:
                RecordOnChannel(channel, request, reply);
                break;
        }
    }

    /// <summary>A queue is gone, with its bindings and consumers.</summary>
    /// <param name="name">Its name.</param>
    public void ForgetQueue(string name)
    {
        _queues.Remove(name);
        foreach (RecordedBinding binding in Taken(_byDestination, (true, name)))
        {
            Remove(binding);
        }

        foreach ((ulong channel, string tag) in Taken(_byQueue, name))
        {
            _consumers.Remove((channel, tag));
        }
    }

    /// <summary>An exchange is gone, with its bindings on both sides.</summary>
    /// <param name="name">Its name.</param>
    public void ForgetExchange(string name)
    {
        _exchanges.Remove(name);
        foreach (RecordedBinding binding in Taken(_bySource, name))
        {
            Remove(binding);
        }

        foreach (RecordedBinding binding in Taken(_byDestination, (false, name)))
        {
            Remove(binding);
        }
    }

    /// <summary>A queue that the broker names has got another name: bindings and consumers follow.</summary>
    /// <param name="name">The name it had.</param>
    /// <param name="newName">The name it has now.</param>
    public void RenameQueue(string name, string newName)
    {
        ArgumentNullException.ThrowIfNull(newName);
        if (name == newName || !_queues.TryGet(name, out RecordedQueue queue))
        {
            return;
        }

        _queues.Move(name, newName, queue with { Name = newName });
        foreach (RecordedBinding binding in Taken(_byDestination, (true, name)))
        {
            RecordedBinding renamed = binding with { Destination = newName };
            _bindings.Move(binding, renamed, renamed);
            Index(_bySource, binding.Source).Remove(binding);
            Index(_bySource, binding.Source).Add(renamed);
            Index(_byDestination, (true, newName)).Add(renamed);
        }

        foreach ((ulong Channel, string Tag) key in Taken(_byQueue, name))
        {
            if (_consumers.TryGet(key, out RecordedConsumer consumer))
            {
                _consumers.Set(key, consumer with { Queue = newName });
                Index(_byQueue, newName).Add(key);
            }
        }

        foreach (ulong channel in _lastQueue.Where(each => each.Value == name).Select(each => each.Key).ToArray())
        {
            _lastQueue[channel] = newName;
        }
    }

    private void OnDeclare(ExchangeDeclare declare)
    {
        // The broker's own exchanges are there anyway.
        if (!declare.Passive && declare.Exchange.Length > 0
            && !declare.Exchange.StartsWith("amq.", StringComparison.Ordinal))
        {
            _exchanges.Set(declare.Exchange, new RecordedExchange(
                declare.Exchange,
                declare.Type,
                declare.Durable,
                declare.AutoDelete,
                declare.Internal,
                declare.Arguments));
        }
    }

    private void OnDeclare(ulong channel, QueueDeclare declare, QueueDeclareOk? reply)
    {
        string name = reply?.Queue ?? declare.Queue;
        if (name.Length == 0)
        {
            return; // a nowait declare without a name: nobody will ever know it
        }

        _lastQueue[channel] = name;
        if (declare.Passive)
        {
            return;
        }

        bool wasServerNamed = _queues.TryGet(name, out RecordedQueue known) && known.IsServerNamed;
        _queues.Set(name, new RecordedQueue(
            name,
            declare.Durable,
            declare.Exclusive,
            declare.AutoDelete,
            declare.Arguments,
            declare.Queue.Length == 0 || wasServerNamed));
    }

    private RecordedBinding Binding(
        ulong channel, string queue, string exchange, string routingKey, Wire.FieldTable arguments)
    {
        string name = QueueOf(channel, queue);

        // Without a queue's name and without a key, the key is the name (AMQP 0-9-1, queue.bind).
        string key = queue.Length == 0 && routingKey.Length == 0 ? name : routingKey;
        return new RecordedBinding(exchange, name, true, key, arguments);
    }

    private string QueueOf(ulong channel, string queue) =>
        queue.Length > 0 ? queue : _lastQueue.GetValueOrDefault(channel, "");

    private void Add(RecordedBinding binding)
    {
        _bindings.Set(binding, binding);
        Index(_bySource, binding.Source).Add(binding);
        Index(_byDestination, (binding.IsToQueue, binding.Destination)).Add(binding);
    }

    private void Remove(RecordedBinding binding)
    {
        if (!_bindings.Remove(binding))
        {
            return;
        }

        Drop(_byDestination, (binding.IsToQueue, binding.Destination), binding);
        Drop(_bySource, binding.Source, binding);
        if (!_bySource.ContainsKey(binding.Source)
            && _exchanges.TryGet(binding.Source, out RecordedExchange exchange) && exchange.IsAutoDelete)
        {
            ForgetExchange(exchange.Name);
        }
    }

    private static HashSet<TItem> Index<TKey, TItem>(Dictionary<TKey, HashSet<TItem>> index, TKey key)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out HashSet<TItem>? items))
        {
            index.Add(key, items = []);
        }

        return items;
    }

    private static void Drop<TKey, TItem>(Dictionary<TKey, HashSet<TItem>> index, TKey key, TItem item)
        where TKey : notnull
    {
        if (index.TryGetValue(key, out HashSet<TItem>? items) && items.Remove(item) && items.Count == 0)
        {
            index.Remove(key);
        }
    }

    private static IReadOnlyList<TItem> Taken<TKey, TItem>(Dictionary<TKey, HashSet<TItem>> index, TKey key)
        where TKey : notnull => index.TryGetValue(key, out HashSet<TItem>? items) ? [.. items] : [];
}
