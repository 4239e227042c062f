namespace Amqp.Transport;

/// <summary>What a <see cref="BlockingConnection"/> is made from beside <see cref="AmqpConnectionOptions"/>.</summary>
public sealed record BlockingOptions
{
    /// <summary>On which thread callbacks run.</summary>
    public BlockingDispatch Dispatch { get; init; }

    /// <summary>How threads wait; <see langword="null"/> lets them sleep. It must not be shared between
    /// connections.</summary>
    public BlockingPump? Pump { get; init; }
}
