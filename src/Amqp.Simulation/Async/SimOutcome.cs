using System.Collections.Immutable;
using Amqp.Simulation.Evidence;

namespace Amqp.Simulation;

/// <summary>What became of a world of asynchronous code. Immutable.</summary>
public sealed record SimOutcome
{
    /// <summary>The scenario that was run.</summary>
    public required SimScenario Scenario { get; init; }

    /// <summary>The verdict.</summary>
    public required SimVerdict Verdict { get; init; }

    /// <summary>Everything that happened.</summary>
    public required SimTrace Trace { get; init; }

    /// <summary>What went wrong, in words; null when nothing did.</summary>
    public string? Problem { get; init; }

    /// <summary>What the code threw, if it did.</summary>
    public Exception? Error { get; init; }

    /// <summary>Faults that were set and never happened.</summary>
    public ImmutableArray<string> NotReached { get; init; } = [];

    /// <summary>The virtual time that passed.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>How many timers fired.</summary>
    public long Happenings { get; init; }

    /// <summary>The hash of <see cref="Trace"/>.</summary>
    public ulong TraceHash => Trace.Hash;

    /// <summary>True when nothing went wrong.</summary>
    public bool IsGood => Verdict == SimVerdict.Passed;

    /// <summary>Whether two runs failed in the same way: by the same verdict and the same kind of exception. Only then
    /// is one a smaller form of the other.</summary>
    /// <param name="other">The other run.</param>
    public bool FailsLike(SimOutcome other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return !IsGood && Verdict == other.Verdict && Error?.GetType() == other.Error?.GetType();
    }

    /// <summary>The verdict, the problem and how to run it again.</summary>
    public override string ToString() => IsGood
        ? FormattableString.Invariant($"passed: {Scenario} in {Duration} virtual, trace #{TraceHash:x16}")
        : FormattableString.Invariant($"""
            {Verdict}: {Problem}
              scenario:   {Scenario}
              trace hash: {TraceHash:x16}, after {Duration} of virtual time and {Happenings} happenings
              again:      Sim.Replay("{Scenario}", ...), or {SimEnvironment.ScenarioVariable} with Sim.Explore
            """);
}
