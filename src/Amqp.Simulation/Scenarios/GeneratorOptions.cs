namespace Amqp.Simulation.Scenarios;

/// <summary>What kind of scenarios <see cref="ScenarioGenerator"/> makes.</summary>
public sealed record GeneratorOptions
{
    /// <summary>The most steps between the beginning and the end, at least 1.</summary>
    public int MaxSteps { get; init; } = 20;

    /// <summary>Whether the link may be cut.</summary>
    public bool Cuts { get; init; } = true;

    /// <summary>Whether steps may break the broker's rules, so that it closes a channel.</summary>
    public bool Mistakes { get; init; } = true;

    /// <summary>The longest body in bytes.</summary>
    public int MaxBody { get; init; } = 10_000;
}
