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

    /// <summary>How long the run took in virtual time.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>True when no auditor complained and nothing was left pending.</summary>
    public bool IsGood => Failures.IsEmpty && Pending is null;

    /// <summary>The verdict and the trace.</summary>
    /// <returns>A text of several lines.</returns>
    public override string ToString() =>
        $"{(IsGood ? "good" : "BAD")} #{TraceHash:x16} pending: {Pending ?? "nothing"}\n"
        + string.Concat(Failures.Select(f => $"  FAILURE {f}\n"))
        + string.Concat(Trace.Select(line => line + "\n"));
}
