namespace Amqp.Simulation.Scenarios;

/// <summary>What kind of scenarios <see cref="ScenarioGenerator"/> makes.</summary>
public sealed record GeneratorOptions
{
    /// <summary>The small worlds of a sweep: a client that reconnects, everything may go wrong.</summary>
    public static GeneratorOptions Sweep { get; } =
        new()
        {
            Faults = FaultClasses.All & ~FaultClasses.FirstCut,
            Reconnects = true,
            MaxBody = 5_000,
            SmallestChunk = 64,
            MaxClients = 3,
            Buggify = true,
        };

    /// <summary>The most steps between the beginning and the end, at least 1.</summary>
    public int MaxSteps { get; init; } = 20;

    /// <summary>What may go wrong. Default: one cut of the first connection.</summary>
    public FaultClasses Faults { get; init; } = FaultClasses.FirstCut;

    /// <summary>The most faults of one world, at least 1.</summary>
    public int MaxFaults { get; init; } = 4;

    /// <summary>Whether the client connects again when its session is lost.</summary>
    public bool Reconnects { get; init; }

    /// <summary>The most clients of one world, at least 1; most worlds have one.</summary>
    public int MaxClients { get; init; } = 1;

    /// <summary>Whether drivers and links may do what is allowed and unlikely, see
    /// <see cref="World.BuggifySites"/>.</summary>
    public bool Buggify { get; init; }

    /// <summary>Whether steps may break the broker's rules, so that it closes a channel.</summary>
    public bool Mistakes { get; init; } = true;

    /// <summary>The fewest bytes of a read where a link reads in pieces of one size, at least 1.</summary>
    public int SmallestChunk { get; init; } = 1;

    /// <summary>The longest body in bytes.</summary>
    public int MaxBody { get; init; } = 10_000;
}
