namespace Amqp.Simulation;

/// <summary>Which worlds <see cref="Sim.Explore(SimExploreOptions, Func{SimContext, Task}, SimOptions?)"/> runs.
/// Immutable.</summary>
public sealed record SimExploreOptions
{
    /// <summary>How many worlds, at least 1.</summary>
    public int Worlds { get; init; } = 100;

    /// <summary>The index of the first one: a part of an exploration begins where another one ends. From 0.</summary>
    public int First { get; init; }

    /// <summary>The base seed; null for that of <see cref="SimEnvironment.SeedVariable"/>, or 1.</summary>
    public ulong? Seed { get; init; }

    /// <summary>What may go wrong; null for a bit of everything.</summary>
    public SimFaultMix? Faults { get; init; }

    /// <summary>Told after each world how many are done and how much virtual time has passed in them; null for a
    /// progress bar where there is a terminal.</summary>
    public Action<int, TimeSpan>? Progress { get; init; }
}
