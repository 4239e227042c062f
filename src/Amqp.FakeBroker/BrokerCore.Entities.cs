using System.Collections.Immutable;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>Queues, exchanges and bindings as an operator lists, makes and deletes them.</content>
public sealed partial class BrokerCore
{
    /// <summary>Lists queues, by virtual host and name.</summary>
    /// <param name="virtualHost">The virtual host; null for all.</param>
    /// <returns>What they are at this moment.</returns>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public IReadOnlyList<QueueInfo> ListQueues(string? virtualHost = null) =>
        [.. Hosts(virtualHost).SelectMany(static host => host.Queues).Select(Describe)];

    /// <summary>Describes a queue.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="name">The queue's name.</param>
    /// <returns>What it is at this moment; null when there is none.</returns>
    public QueueInfo? FindQueue(string virtualHost, string name) =>
        TryGetVirtualHost(virtualHost, out VirtualHost host) && host.TryGetQueue(name, out QueueModel queue)
            ? Describe(queue)
            : null;

    /// <summary>Lists exchanges, by virtual host and name.</summary>
    /// <param name="virtualHost">The virtual host; null for all.</param>
    /// <returns>What they are at this moment.</returns>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public IReadOnlyList<ExchangeInfo> ListExchanges(string? virtualHost = null) =>
        [.. Hosts(virtualHost).SelectMany(host => host.Exchanges.Select(exchange => new ExchangeInfo(
            host.Name,
            exchange.Name,
            ExchangeModel.KindName(exchange.Kind),
            exchange.IsDurable,
            exchange.IsAutoDelete,
            exchange.IsInternal,
            exchange.Arguments,
            exchange.Policy?.Name)))];

    /// <summary>Lists bindings, those of the default exchange included, by source and age.</summary>
    /// <param name="virtualHost">The virtual host; null for all.</param>
    /// <returns>What they are at this moment.</returns>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public IReadOnlyList<BindingInfo> ListBindings(string? virtualHost = null) =>
        [.. Hosts(virtualHost).SelectMany(static host => host.Queues
            .Select(queue => new BindingInfo(host.Name, "", queue.Name, true, queue.Name, FieldTable.Empty))
            .Concat(host.Exchanges.SelectMany(static exchange => exchange.Outgoing)
                .Select(binding => Describe(host, binding))))];

    /// <summary>Declares a queue; nothing happens when it is there already.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="name">The queue's name, not empty.</param>
    /// <param name="isDurable">True to survive a restart.</param>
    /// <param name="isAutoDelete">True to go with the last consumer.</param>
    /// <param name="arguments">Arguments as in queue.declare; null for none.</param>
    /// <exception cref="BrokerControlException">No such virtual host, or the arguments are refused.</exception>
    public void DeclareQueue(
        string virtualHost,
        string name,
        bool isDurable = true,
        bool isAutoDelete = false,
        FieldTable? arguments = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        VirtualHost host = HostOrThrow(virtualHost);
        if (host.TryGetQueue(name, out _))
        {
            return;
        }

        FieldTable given = host.WithQueueType(arguments ?? FieldTable.Empty, isDurable, false, isAutoDelete);
        string shown = Text.ReplyTexts.Queue(name, virtualHost);
        string? refusal = QueueArgumentRules.Refusal(given, shown, Profile)
            ?? QueueArgumentRules.PropertyRefusal(given, isDurable, false, isAutoDelete, shown)
            ?? (isDurable || Profile.PermitsTransientSharedQueues ? null : Text.ReplyTexts.TransientQueuesDenied);
        if (refusal is not null)
        {
            throw new BrokerControlException(refusal);
        }

        host.Add(QueueModel.Create(host, name, given, isDurable, isAutoDelete, null));
    }

    /// <summary>Deletes a queue; its consumers are cancelled.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="name">The queue's name.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="BrokerControlException">No such virtual host.</exception>
    public bool DeleteQueue(string virtualHost, string name)
    {
        VirtualHost host = HostOrThrow(virtualHost);
        bool isThere = host.TryGetQueue(name, out QueueModel queue);
        if (isThere)
        {
            host.DeleteQueue(queue);
        }

        return isThere;
    }

    /// <summary>Drops the ready messages of a queue.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="name">The queue's name.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="BrokerControlException">No such virtual host or queue.</exception>
    public int PurgeQueue(string virtualHost, string name) => QueueOrThrow(virtualHost, name).Purge();

    /// <summary>Shows the ready messages of a queue without taking them.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="name">The queue's name.</param>
    /// <returns>The messages in the order of delivery, of two priorities that take turns the high one first.</returns>
    /// <exception cref="BrokerControlException">No such virtual host or queue.</exception>
    public IReadOnlyList<MessageInfo> BrowseQueue(string virtualHost, string name) =>
        [.. QueueOrThrow(virtualHost, name).Browse().Select(static message => Describe(message, false))];

    /// <summary>Takes a message from a queue as basic.get with no-ack does.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="name">The queue's name.</param>
    /// <returns>The message; null when none is ready.</returns>
    /// <exception cref="BrokerControlException">No such virtual host or queue.</exception>
    public MessageInfo? TakeMessage(string virtualHost, string name)
    {
        QueueModel queue = QueueOrThrow(virtualHost, name);
        return queue.TryGet(noAck: true, out QueueEntry entry, out int _)
            ? Describe(queue.Shown(entry, isGet: true), entry.Redelivered)
            : null;
    }

    /// <summary>Declares an exchange; nothing happens when it is there already.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="name">The exchange's name, not empty.</param>
    /// <param name="type">"direct", "fanout", "topic" or "headers".</param>
    /// <param name="isDurable">True to survive a restart.</param>
    /// <param name="isAutoDelete">True to go with the last binding.</param>
    /// <param name="isInternal">True to refuse clients' publishes.</param>
    /// <param name="arguments">Arguments as in exchange.declare; null for none.</param>
    /// <exception cref="BrokerControlException">No such virtual host or type.</exception>
    public void DeclareExchange(
        string virtualHost,
        string name,
        string type,
        bool isDurable = true,
        bool isAutoDelete = false,
        bool isInternal = false,
        FieldTable? arguments = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        VirtualHost host = HostOrThrow(virtualHost);
        if (!ExchangeModel.TryParseKind(type, out ExchangeKind kind))
        {
            throw new BrokerControlException($"unknown exchange type '{type}'");
        }

        if (!host.TryGetExchange(name, out _))
        {
            host.Add(new ExchangeModel
            {
                Name = name,
                Profile = Profile,
                Kind = kind,
                IsDurable = isDurable,
                IsAutoDelete = isAutoDelete,
                IsInternal = isInternal,
                Arguments = arguments ?? FieldTable.Empty,
            });
        }
    }

    /// <summary>Deletes an exchange with its bindings.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="name">The exchange's name.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="BrokerControlException">No such virtual host, or a predeclared exchange.</exception>
    public bool DeleteExchange(string virtualHost, string name)
    {
        VirtualHost host = HostOrThrow(virtualHost);
        if (name.Length == 0 || name.StartsWith("amq.", StringComparison.Ordinal))
        {
            string shown = Text.ReplyTexts.Exchange(name, virtualHost);
            throw new BrokerControlException($"deletion of system {shown} not allowed");
        }

        bool isThere = host.TryGetExchange(name, out ExchangeModel exchange);
        if (isThere)
        {
            host.Delete(exchange);
        }

        return isThere;
    }

    /// <summary>Adds a binding; nothing happens when the same one is there already.</summary>
    /// <param name="binding">What to bind.</param>
    /// <exception cref="BrokerControlException">An end of it does not exist, or the arguments are refused.</exception>
    public void Bind(BindingInfo binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        VirtualHost host = HostOrThrow(binding.VirtualHost);
        Binding made = MakeBinding(host, binding);
        if (made.Source.Kind == ExchangeKind.Headers && HeadersTable.Refusal(binding.Arguments) is { } refusal)
        {
            throw new BrokerControlException(refusal);
        }

        host.Bind(made);
    }

    /// <summary>Removes a binding.</summary>
    /// <param name="binding">The binding, with its key and arguments.</param>
    /// <returns>False when there is no such binding.</returns>
    /// <exception cref="BrokerControlException">An end of it does not exist.</exception>
    public bool Unbind(BindingInfo binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        VirtualHost host = HostOrThrow(binding.VirtualHost);
        return host.Unbind(MakeBinding(host, binding));
    }

    /// <summary>Publishes a message as a client would, without its checks.</summary>
    /// <param name="virtualHost">The virtual host.</param>
    /// <param name="exchange">The exchange; empty for the default one.</param>
    /// <param name="routingKey">The routing key.</param>
    /// <param name="properties">The properties.</param>
    /// <param name="body">The body; the broker keeps the array, which must not be changed afterwards.</param>
    /// <returns>False when it reached no queue.</returns>
    /// <exception cref="BrokerControlException">No such virtual host or exchange.</exception>
    public bool Publish(
        string virtualHost,
        string exchange,
        string routingKey,
        BasicProperties properties,
        byte[] body)
    {
        ArgumentNullException.ThrowIfNull(properties);
        VirtualHost host = HostOrThrow(virtualHost);
        if (!host.TryGetExchange(exchange, out ExchangeModel source))
        {
            throw NoSuch(Text.ReplyTexts.Exchange(exchange, virtualHost));
        }

        return host.Publish(source, new StoredMessage
        {
            Number = NextMessageNumber(),
            Exchange = exchange,
            RoutingKey = routingKey,
            ExtraKeys = MessageRules.ExtraKeys(properties),
            HeaderOctets = _encoded.Octets(properties),
            Properties = properties,
            Body = body,
        });
    }

    private readonly EncodedProperties _encoded = new();

    private static Binding MakeBinding(VirtualHost host, BindingInfo binding)
    {
        if (!host.TryGetExchange(binding.Source, out ExchangeModel source) || source.IsDefault)
        {
            throw NoSuch(Text.ReplyTexts.Exchange(binding.Source, host.Name));
        }

        QueueModel? queue = null;
        ExchangeModel? exchange = null;
        if (binding.IsToQueue ? !host.TryGetQueue(binding.Destination, out queue)
            : !host.TryGetExchange(binding.Destination, out exchange))
        {
            throw NoSuch(binding.IsToQueue
                ? Text.ReplyTexts.Queue(binding.Destination, host.Name)
                : Text.ReplyTexts.Exchange(binding.Destination, host.Name));
        }

        return new Binding
        {
            Source = source,
            Queue = queue,
            Exchange = exchange,
            Key = binding.RoutingKey,
            Arguments = binding.Arguments,
        };
    }

    private static BrokerControlException NoSuch(string what) => new($"no {what}") { IsNotFound = true };

    private IEnumerable<VirtualHost> Hosts(string? name) => name is null ? _virtualHosts.Values : [HostOrThrow(name)];

    private QueueModel QueueOrThrow(string virtualHost, string name) =>
        HostOrThrow(virtualHost).TryGetQueue(name, out QueueModel queue)
            ? queue
            : throw NoSuch(Text.ReplyTexts.Queue(name, virtualHost));

    private static MessageInfo Describe(StoredMessage message, bool redelivered) => new(
        message.Number,
        message.Exchange,
        message.RoutingKey,
        message.Properties,
        message.Body,
        redelivered);

    private static BindingInfo Describe(VirtualHost host, Binding binding) => new(
        host.Name,
        binding.Source.Name,
        binding.Queue?.Name ?? binding.Exchange!.Name,
        binding.Queue is not null,
        binding.Key,
        binding.Arguments);

    private static QueueInfo Describe(QueueModel queue) => new()
    {
        VirtualHost = queue.VirtualHost.Name,
        Name = queue.Name,
        Type = QueueArgumentRules.KindName(queue.Kind),
        IsDurable = queue.IsDurable,
        IsAutoDelete = queue.IsAutoDelete,
        ExclusiveOwner = queue.Owner?.Number,
        Arguments = queue.Arguments,
        Ready = queue.ReadyCount,
        Unacknowledged = queue.UnackedCount,
        ReadyOctets = queue.ReadyOctets,
        UnacknowledgedOctets = queue.UnackedOctets,
        SingleActiveConsumer = queue.Settings.HasSingleActiveConsumer
            ? queue.Consumers.FirstOrDefault(queue.IsActive)?.Tag
            : null,
        Consumers = [.. queue.Consumers.Select(each => Describe(queue, each))],
        Policy = queue.Settings.Policy?.Name,
        OperatorPolicy = queue.Settings.OperatorPolicy?.Name,
        PolicyDefinition = queue.Settings.PolicyDefinition(),
        Counts = queue.Counts,
    };

    private static ConsumerInfo Describe(QueueModel queue, ConsumerModel consumer) => new(
        consumer.Tag,
        queue.Name,
        consumer.Channel.Session.Number,
        consumer.Channel.Number,
        consumer.NoAck,
        consumer.IsExclusive,
        queue.IsActive(consumer),
        consumer.Prefetch,
        consumer.Unacked,
        consumer.Arguments);
}
