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

    /// <summary>The prefetch to set at once, in messages per consumer; 0 leaves it unlimited.</summary>
    public ushort PrefetchCount { get; init; }
}
