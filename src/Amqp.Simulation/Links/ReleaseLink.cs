using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Links;

/// <summary>What <see cref="HoldLink"/> or a partition held goes on.</summary>
/// <param name="Direction">One way only; null for both.</param>
public sealed record ReleaseLink(LinkDirection? Direction) : BrokerFault;
