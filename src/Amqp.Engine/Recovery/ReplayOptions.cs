namespace Amqp.Engine.Recovery;

/// <summary>What a recovery restores, and how fast. Immutable.</summary>
public sealed record ReplayOptions
{
    /// <summary>The defaults: everything.</summary>
    public static ReplayOptions Default { get; } = new();

    /// <summary>How many declares may await their answers at once, 1 to 65535; the lower of this and
    /// <see cref="Base.AmqpLimits.MaxPendingCalls"/> counts.</summary>
    public int Window { get; init; } = 512;

    /// <summary>Which exchanges to declare; null for all.</summary>
    public Func<RecordedExchange, bool>? Exchanges { get; init; }

    /// <summary>Which queues to declare; null for all.</summary>
    public Func<RecordedQueue, bool>? Queues { get; init; }

    /// <summary>Which bindings to make; null for all.</summary>
    public Func<RecordedBinding, bool>? Bindings { get; init; }

    /// <summary>Which consumers to start; null for all.</summary>
    public Func<RecordedConsumer, bool>? Consumers { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="Window"/> is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Window, 1, nameof(Window));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Window, ushort.MaxValue, nameof(Window));
    }
}
