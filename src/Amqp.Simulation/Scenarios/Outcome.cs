using System.Collections.Immutable;
using Amqp.Engine.Events;
using Amqp.Engine.Session;

namespace Amqp.Simulation.Scenarios;

/// <summary>What became of a run.</summary>
public sealed record Outcome
{
    /// <summary>A line for everything that happened, with its virtual time.</summary>
    public ImmutableArray<string> Trace { get; init; } = [];

    /// <summary>The hash of <see cref="Trace"/>.</summary>
    public ulong TraceHash { get; init; }

    /// <summary>What the session told its user, in order.</summary>
    public ImmutableArray<EventRecord> Events { get; init; } = [];

    /// <summary>The commands the scenario gave, with what became of each.</summary>
    public ImmutableArray<CommandRecord> Commands { get; init; } = [];

    /// <summary>What the auditors found wrong; empty when nothing was.</summary>
    public ImmutableArray<string> Failures { get; init; } = [];

    /// <summary>Why the world had not settled when the run ended, or null when it had.</summary>
    public string? Pending { get; init; }

    /// <summary>The state of the session at the end.</summary>
    public ConnectionState FinalState { get; init; }

    /// <summary>Bytes that the client wrote, those lost to a cut included.</summary>
    public long BytesToBroker { get; init; }

    /// <summary>Bytes that the broker wrote, those lost to a cut included.</summary>
    public long BytesToClient { get; init; }

    /// <summary>How many things happened.</summary>
    public int Happenings { get; init; }

    /// <summary>How often the client connected or tried to.</summary>
    public int Connections { get; init; }

    /// <summary>The places of <see cref="World.WorldMark"/> that the run came by, one bit each.</summary>
    public ulong Marks { get; init; }

    /// <summary>The faults that never happened, such as a cut in a message that never came.</summary>
    public ImmutableArray<PlannedFault> NotReached { get; init; } = [];

    /// <summary>How long the run took in virtual time.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>True when no auditor complained and nothing was left pending.</summary>
    public bool IsGood => Failures.IsEmpty && Pending is null;

    /// <summary>
    /// What is wrong, in one word: the id of the property that the first failure breaks, "L" when the world did not
    /// settle, null when all is well. A smaller scenario fails alike when it has the same label.
    /// </summary>
    public string? Label => !Failures.IsEmpty ? Failures[0].Split(' ', 2)[0] : Pending is null ? null : "L";

    /// <summary>Whether the run came by a place.</summary>
    /// <param name="mark">The place.</param>
    /// <returns>True when it did.</returns>
    public bool Has(World.WorldMark mark) => (Marks & (1UL << (int)mark)) != 0;

    /// <summary>The verdict and the trace.</summary>
    /// <returns>A text of several lines.</returns>
    public override string ToString() =>
        $"{(IsGood ? "good" : "BAD")} #{TraceHash:x16} pending: {Pending ?? "nothing"}\n"
        + string.Concat(Failures.Select(f => $"  FAILURE {f}\n"))
        + string.Concat(Trace.Select(line => line + "\n"));
}
