using System.Collections.Immutable;

namespace Amqp.Simulation.Scenarios;

/// <summary>What the user of one more client does. Immutable, with value equality.</summary>
public sealed record ClientPlan
{
    /// <summary>Its steps, once its session is open, in order. Slots are its own.</summary>
    public ImmutableArray<Step> Steps { get; init; } = [];

    /// <summary>Whether the other one has the same steps.</summary>
    /// <param name="other">The other one.</param>
    /// <returns>True when both do the same.</returns>
    public bool Equals(ClientPlan? other) => other is not null && Steps.SequenceEqual(other.Steps);

    /// <inheritdoc/>
    public override int GetHashCode() => Steps.Length;

    /// <inheritdoc/>
    public override string ToString() => string.Concat(Steps.Select(static each => $"  {each}\n"));
}
