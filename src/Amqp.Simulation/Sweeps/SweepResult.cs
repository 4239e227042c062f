using System.Collections.Immutable;

namespace Amqp.Simulation.Sweeps;

/// <summary>What became of many worlds.</summary>
public sealed record SweepResult
{
    /// <summary>How many were run.</summary>
    public long Worlds { get; init; }

    /// <summary>How many failed.</summary>
    public long Failed { get; init; }

    /// <summary>How many things happened in all of them.</summary>
    public long Happenings { get; init; }

    /// <summary>How much virtual time passed in all of them.</summary>
    public TimeSpan Virtual { get; init; }

    /// <summary>A hash over all traces, the same for any number of workers.</summary>
    public ulong Hash { get; init; }

    /// <summary>The places of <see cref="World.WorldMark"/> that some world came by, one bit each.</summary>
    public ulong Marks { get; init; }

    /// <summary>How many worlds came by each <see cref="World.WorldMark"/>, by its number; empty before the first
    /// world.</summary>
    public ImmutableArray<long> Reached { get; init; } = [];

    /// <summary>How many planned faults there were.</summary>
    public long Faults { get; init; }

    /// <summary>How many of them were never reached.</summary>
    public long NotReached { get; init; }

    /// <summary>The first failures, by index.</summary>
    public ImmutableArray<SweepFailure> Failures { get; init; } = [];

    /// <summary>Both together.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>Sums, and the failures of both.</returns>
    public SweepResult Plus(SweepResult other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new SweepResult
        {
            Worlds = Worlds + other.Worlds,
            Failed = Failed + other.Failed,
            Happenings = Happenings + other.Happenings,
            Virtual = Virtual + other.Virtual,
            Hash = unchecked(Hash + other.Hash),
            Marks = Marks | other.Marks,
            Reached = Reached.IsEmpty ? other.Reached
                : other.Reached.IsEmpty ? Reached
                : [.. Reached.Zip(other.Reached, static (one, two) => one + two)],
            Faults = Faults + other.Faults,
            NotReached = NotReached + other.NotReached,
            Failures = [.. Failures.Concat(other.Failures).OrderBy(static each => each.Index)],
        };
    }
}
