using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Sweeps;

/// <summary>How many worlds are run, and which.</summary>
public sealed record SweepOptions
{
    /// <summary>The seed of the first world; each following one has the next.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How many worlds, at least 1.</summary>
    public long Worlds { get; init; } = 10_000;

    /// <summary>The index of the first world that is run: a part of a sweep begins where another one ends. From 0.
    /// </summary>
    public long First { get; init; }

    /// <summary>How many threads run them, at least 1. A world shares nothing with another one.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>What the worlds are like.</summary>
    public GeneratorOptions Generator { get; init; } = GeneratorOptions.Sweep;

    /// <summary>After how many failures the sweep ends early; the rest of the worlds is not run then.</summary>
    public int MostFailures { get; init; } = 10;
}
