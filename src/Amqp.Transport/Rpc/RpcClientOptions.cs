namespace Amqp.Transport;

/// <summary>How an <see cref="RpcClient"/> works.</summary>
public sealed record RpcClientOptions
{
    /// <summary>How long a call waits for its reply when it does not say otherwise, more than zero;
    /// <see cref="Timeout.InfiniteTimeSpan"/> waits for ever.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many calls may wait for their replies at once, at least 1; one more is refused.</summary>
    public int MaxPendingCalls { get; init; } = 10_000;
}
