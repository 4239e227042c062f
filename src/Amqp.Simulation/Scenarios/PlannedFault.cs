using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Scenarios;

/// <summary>Something that goes wrong in a scenario, and when.</summary>
/// <remarks>
/// The vocabulary is the fake broker's, with what only a simulated network can do added to it (<c>Amqp.Simulation.Links
/// </c>). Connections are numbered from 1 in the order in which the broker accepts them.
/// </remarks>
/// <param name="At">When it is set, from the beginning of the run; a cut may wait for its place from then on.</param>
/// <param name="Fault">What goes wrong.</param>
public sealed record PlannedFault(TimeSpan At, BrokerFault Fault)
{
    /// <summary>A cut of the first connection, counted from its first byte.</summary>
    /// <param name="cut">Where or when, and what the two sides see.</param>
    /// <returns>The fault.</returns>
    public static PlannedFault OfFirst(Cut cut) => new(TimeSpan.Zero, new CutNextConnection(cut));
}
