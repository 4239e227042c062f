using Amqp.Simulation.Async;

namespace Amqp.Simulation;

/// <summary>What <c>Sim.Explore</c> lets go wrong. Immutable.</summary>
public sealed record SimFaultMix
{
    /// <summary>How many faults a world has at most; how many it has is drawn from its seed, from 0 on.</summary>
    public int MaxFaults { get; init; } = 3;

    /// <summary>Faults are set within this virtual time from the start.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections that are cut, at random places and times.</summary>
    public bool Cuts { get; init; } = true;

    /// <summary>Cuts of which nobody is told: the code must find out by heartbeats.</summary>
    public bool SilentCuts { get; init; } = true;

    /// <summary>Links that are stuck or parted for a while, and connects that fail.</summary>
    public bool Network { get; init; } = true;

    /// <summary>A broker that restarts or dies.</summary>
    public bool Restarts { get; init; } = true;

    /// <summary>Alarms, late confirms and refused publishes.</summary>
    public bool Publishing { get; init; } = true;

    /// <summary>Random latency and chunks.</summary>
    public bool Links { get; init; } = true;

    /// <summary>Clocks of client and broker that drift apart and jump.</summary>
    public bool Clocks { get; init; }

    /// <summary>Makes up a world.</summary>
    /// <param name="seed">Its seed.</param>
    /// <returns>The same scenario for the same seed, always.</returns>
    public SimScenario Generate(ulong seed) => new ScenarioMaker(this).Make(seed);
}
