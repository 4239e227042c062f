using System.Collections.Immutable;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation;

/// <summary>
/// What a world of asynchronous code is made from, beside the code: a seed, the network, and what goes wrong.
/// Immutable.
/// Its text is read by <see cref="Parse"/> and written by <see cref="ToString"/>.
/// </summary>
/// <remarks>
/// Such as <c>seed 7; latency 1ms; chunks random; at 0s cut reset in the body of the third basic.publish; at 2s restart
/// 5s</c>.
/// </remarks>
public sealed record SimScenario
{
    /// <summary>The seed of all random streams.</summary>
    public ulong Seed { get; init; }

    /// <summary>The links; null for those of <see cref="SimOptions.Link"/>.</summary>
    public LinkOptions? Link { get; init; }

    /// <summary>How much faster the client's clock goes than the world's, in millionths; from -500,000 to
    /// 500,000.</summary>
    public int ClientDrift { get; init; }

    /// <summary>How much faster the broker's clock goes than the world's, in millionths; from -500,000 to
    /// 500,000.</summary>
    public int BrokerDrift { get; init; }

    /// <summary>What goes wrong, and when.</summary>
    public ImmutableArray<PlannedFault> Faults { get; init; } = [];

    /// <summary>Reads the text of a scenario.</summary>
    /// <param name="text">Parts separated by semicolons or line ends; what follows a <c>#</c> is a remark.</param>
    /// <returns>The scenario.</returns>
    /// <exception cref="FormatException">It cannot be read; the message says where.</exception>
    public static SimScenario Parse(string text) => ScenarioText.Parse(text);

    /// <inheritdoc/>
    public override string ToString() => ScenarioText.Write(this);

    /// <inheritdoc/>
    public bool Equals(SimScenario? other) =>
        other is not null && Seed == other.Seed && Link == other.Link && ClientDrift == other.ClientDrift
        && BrokerDrift == other.BrokerDrift && Faults.SequenceEqual(other.Faults);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Seed, Link, Faults.Length);
}
