using Amqp.Engine.Spec;
using Amqp.Transport.Consume;

namespace Amqp.Transport;

/// <summary>A message in pooled memory, valid until its handler's task ends. Members of a delivery that was kept longer
/// throw
/// <see cref="ObjectDisposedException"/>; memory that was taken from <see cref="Body"/> is not guarded.</summary>
public readonly struct BorrowedDelivery
{
    private readonly BorrowedLease _lease;
    private readonly int _version;

    internal BorrowedDelivery(BorrowedLease lease, int version)
    {
        _lease = lease;
        _version = version;
    }

    /// <summary>The channel that it came on, and must be settled on.</summary>
    public AmqpChannel Channel => Lease.Consumer.Channel;

    /// <summary>The consumer that it is for.</summary>
    public string ConsumerTag => Lease.Consumer.ConsumerTag;

    /// <summary>The tag to settle it by, counted from 1 on its channel.</summary>
    public ulong DeliveryTag => Lease.Item.DeliveryTag;

    /// <summary>Whether the broker may have delivered it before.</summary>
    public bool Redelivered => Lease.Item.Redelivered;

    /// <summary>The exchange that it was published to.</summary>
    public string Exchange => Lease.Item.Exchange;

    /// <summary>The routing key that it was published with.</summary>
    public string RoutingKey => Lease.Item.RoutingKey;

    /// <summary>Its properties, which may be kept.</summary>
    public BasicProperties Properties => Lease.Item.Properties;

    /// <summary>Its body; it must not be used after the handler's task has ended.</summary>
    public ReadOnlyMemory<byte> Body => new(Lease.Item.Slab?.Array, Lease.Item.Offset, Lease.Item.Length);

    private BorrowedLease Lease => _lease is not null && _lease.Version == _version
        ? _lease
        : throw new ObjectDisposedException(nameof(BorrowedDelivery), "The delivery's handler has ended.");

    /// <summary>Settles it: it was handled.</summary>
    /// <param name="multiple">Whether all earlier ones of the channel are settled too.</param>
    /// <param name="cancellationToken">Only looked at beforehand.</param>
    /// <returns>A completed task.</returns>
    public ValueTask AckAsync(bool multiple = false, CancellationToken cancellationToken = default)
    {
        if (Misuse() is { } misuse)
        {
            return ValueTask.FromException(misuse);
        }

        ValueTask sent = Channel.AckAsync(DeliveryTag, multiple, cancellationToken);
        Lease.IsSettled |= sent.IsCompletedSuccessfully;
        return sent;
    }

    /// <summary>Refuses it.</summary>
    /// <param name="requeue">Whether it goes back into its queue.</param>
    /// <param name="multiple">Whether all earlier ones of the channel are refused too.</param>
    /// <param name="cancellationToken">Only looked at beforehand.</param>
    /// <returns>A completed task.</returns>
    public ValueTask NackAsync(
        bool requeue = true, bool multiple = false, CancellationToken cancellationToken = default)
    {
        if (Misuse() is { } misuse)
        {
            return ValueTask.FromException(misuse);
        }

        ValueTask sent = Channel.NackAsync(DeliveryTag, multiple, requeue, cancellationToken);
        Lease.IsSettled |= sent.IsCompletedSuccessfully;
        return sent;
    }

    private AmqpMisuseException? Misuse() =>
        Channel.CheckSettling(DeliveryTag, Lease.IsSettled, Lease.Consumer.Options.NoAck);
}
