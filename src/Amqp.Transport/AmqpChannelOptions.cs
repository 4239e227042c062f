namespace Amqp.Transport;

/// <summary>How a channel is opened.</summary>
public sealed record AmqpChannelOptions
{
    /// <summary>Whether the channel is put into confirm mode at once, so that publishing completes when the broker
    /// has taken responsibility.</summary>
    public bool PublisherConfirms { get; init; }

    /// <summary>The most publishes that may await their confirm, at least 1; publishing waits beyond it. The lower of
    /// this and
    /// <see cref="Amqp.Engine.Base.AmqpLimits.MaxUnsettledPublishes"/> counts.</summary>
    public int MaxUnsettledPublishes { get; init; } = int.MaxValue;

    /// <summary>The prefetch to set at once, in messages per consumer; 0 leaves it unlimited, as AMQP does. A few
    /// hundred suit most consumers, and one whose handler publishes or asks on the same connection needs one, see
    /// <see cref="ConsumeOptions.BufferSize"/>.</summary>
    public ushort PrefetchCount { get; init; }
}
