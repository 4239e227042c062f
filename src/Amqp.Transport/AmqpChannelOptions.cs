namespace Amqp.Transport;

/// <summary>How a channel is opened.</summary>
public sealed record AmqpChannelOptions
{
    /// <summary>Whether the channel is put into confirm mode at once, so that publishing completes when the broker
    /// has taken responsibility.</summary>
    public bool PublisherConfirms { get; init; }

    /// <summary>Whether code behind an awaited <see cref="AmqpChannel.PublishAsync"/> goes on, on the thread that
    /// read its confirm, instead of the thread pool. It saves a wake-up for each confirm. <b>That code must not
    /// block</b>: while it runs nothing is received on the connection, so waiting there for an answer of the broker
    /// without <see langword="await"/> never ends. What it publishes leaves in one send behind all confirms of the
    /// read.</summary>
    public bool InlineConfirms { get; init; }

    /// <summary>The most publishes that may await their confirm, at least 1; publishing waits beyond it. The lower of
    /// this and
    /// <see cref="Amqp.Engine.Base.AmqpLimits.MaxUnsettledPublishes"/> counts.</summary>
    public int MaxUnsettledPublishes { get; init; } = int.MaxValue;

    /// <summary>The prefetch to set at once, in messages per consumer; 0 leaves it unlimited, as AMQP does. A few
    /// hundred suit most consumers, and one whose handler publishes or asks on the same connection needs one, see
    /// <see cref="ConsumeOptions.BufferSize"/>.</summary>
    public ushort PrefetchCount { get; init; }
}
