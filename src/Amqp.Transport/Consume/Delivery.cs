using Amqp.Engine.Spec;
using Amqp.Transport.Consume;

namespace Amqp.Transport;

/// <summary>A message from the broker that belongs to its receiver. Thread-safe.</summary>
public sealed class Delivery
{
    private readonly byte[] _body;

    // The consumer that it is for, or the channel that fetched it: one reference instead of two in every message.
    private readonly object _receiver;

    private Delivery(
        object receiver,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        BasicProperties properties,
        byte[] body)
    {
        _receiver = receiver;
        DeliveryTag = deliveryTag;
        Redelivered = redelivered;
        Exchange = exchange;
        RoutingKey = routingKey;
        Properties = properties;
        _body = body;
    }

    /// <summary>The channel that it came on, and must be settled on.</summary>
    public AmqpChannel Channel => (_receiver as AmqpConsumer)?.Channel ?? (AmqpChannel)_receiver;

    /// <summary>The consumer that it is for; empty when it was fetched.</summary>
    public string ConsumerTag => (_receiver as AmqpConsumer)?.ConsumerTag ?? "";

    /// <summary>The tag to settle it by, counted from 1 on its channel.</summary>
    public ulong DeliveryTag { get; }

    /// <summary>Whether the broker may have delivered it before.</summary>
    public bool Redelivered { get; }

    /// <summary>The exchange that it was published to.</summary>
    public string Exchange { get; }

    /// <summary>The routing key that it was published with.</summary>
    public string RoutingKey { get; }

    /// <summary>Its properties.</summary>
    public BasicProperties Properties { get; }

    /// <summary>Its body.</summary>
    public ReadOnlyMemory<byte> Body => _body;

    internal bool IsSettled { get; private set; }

    internal static Delivery For(AmqpConsumer consumer, in Content content) => From(consumer, in content);

    internal static Delivery Fetched(AmqpChannel channel, in Content content) => From(channel, in content);

    /// <summary>Settles it: it was handled. See <see cref="AmqpChannel.AckAsync"/>.</summary>
    /// <param name="multiple">Whether all earlier ones of the channel are settled too.</param>
    /// <param name="cancellationToken">Only looked at beforehand.</param>
    /// <returns>A completed task.</returns>
    /// <exception cref="AmqpMisuseException">It was settled before, or needs no settling (no-ack); nothing was
    /// sent.</exception>
    public ValueTask AckAsync(bool multiple = false, CancellationToken cancellationToken = default)
    {
        if (Misuse() is { } misuse)
        {
            return ValueTask.FromException(misuse);
        }

        ValueTask sent = Channel.AckAsync(DeliveryTag, multiple, cancellationToken);
        IsSettled |= sent.IsCompletedSuccessfully;
        return sent;
    }

    /// <summary>Refuses it. See <see cref="AmqpChannel.NackAsync"/>.</summary>
    /// <param name="requeue">Whether it goes back into its queue.</param>
    /// <param name="multiple">Whether all earlier ones of the channel are refused too.</param>
    /// <param name="cancellationToken">Only looked at beforehand.</param>
    /// <returns>A completed task.</returns>
    /// <exception cref="AmqpMisuseException">It was settled before, or needs no settling (no-ack); nothing was
    /// sent.</exception>
    public ValueTask NackAsync(
        bool requeue = true, bool multiple = false, CancellationToken cancellationToken = default)
    {
        if (Misuse() is { } misuse)
        {
            return ValueTask.FromException(misuse);
        }

        ValueTask sent = Channel.NackAsync(DeliveryTag, multiple, requeue, cancellationToken);
        IsSettled |= sent.IsCompletedSuccessfully;
        return sent;
    }

    /// <summary>Refuses it. See <see cref="AmqpChannel.RejectAsync"/>.</summary>
    /// <param name="requeue">Whether it goes back into its queue.</param>
    /// <param name="cancellationToken">Only looked at beforehand.</param>
    /// <returns>A completed task.</returns>
    /// <exception cref="AmqpMisuseException">It was settled before, or needs no settling (no-ack); nothing was
    /// sent.</exception>
    public ValueTask RejectAsync(bool requeue = true, CancellationToken cancellationToken = default)
    {
        if (Misuse() is { } misuse)
        {
            return ValueTask.FromException(misuse);
        }

        ValueTask sent = Channel.RejectAsync(DeliveryTag, requeue, cancellationToken);
        IsSettled |= sent.IsCompletedSuccessfully;
        return sent;
    }

    private AmqpMisuseException? Misuse() => Channel.CheckSettling(
        DeliveryTag, IsSettled, (_receiver as AmqpConsumer)?.Options.NoAck ?? false);

    private static Delivery From(object receiver, in Content content) => new(
        receiver,
        content.DeliveryTag,
        content.Redelivered,
        content.Exchange,
        content.RoutingKey,
        content.Properties,
        content.Buffer ?? []);
}
