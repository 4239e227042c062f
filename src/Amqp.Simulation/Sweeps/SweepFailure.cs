using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Sweeps;

/// <summary>A world that failed.</summary>
/// <param name="Index">Which one it was, from 0.</param>
/// <param name="Scenario">The scenario as it was generated.</param>
/// <param name="Label">The property that it breaks.</param>
/// <param name="Text">What is wrong.</param>
/// <param name="TraceHash">The hash of its trace.</param>
public sealed record SweepFailure(long Index, Scenario Scenario, string Label, string Text, ulong TraceHash);
