using Amqp.Engine.Spec;

namespace Amqp.Engine.Recovery;

/// <summary>What a channel was set to. Immutable.</summary>
/// <param name="Channel">The owner's number, see <see cref="TopologyLedger"/>.</param>
public sealed record RecordedChannel(ulong Channel)
{
    /// <summary>The prefetch of consumers that start from now on; null when never set.</summary>
    public ushort? Prefetch { get; init; }

    /// <summary>The prefetch that all consumers of the channel share; null when never set.</summary>
    public ushort? SharedPrefetch { get; init; }

    /// <summary>True when the broker confirms publishes.</summary>
    public bool IsConfirming { get; init; }

    /// <summary>True when the channel is transactional.</summary>
    public bool IsTransactional { get; init; }

    /// <summary>The methods that set a new channel to the same, in their order; consumers come after them.</summary>
    /// <returns>At most four methods.</returns>
    public IEnumerable<AmqpMethod> ToMethods()
    {
        if (Prefetch is { } prefetch)
        {
            yield return new BasicQos { PrefetchCount = prefetch };
        }

        if (SharedPrefetch is { } shared)
        {
            yield return new BasicQos { PrefetchCount = shared, Global = true };
        }

        if (IsConfirming)
        {
            yield return new ConfirmSelect();
        }

        if (IsTransactional)
        {
            yield return new TxSelect();
        }
    }
}
