using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Links;

/// <summary>What travels on the link is held until <see cref="ReleaseLink"/>; nothing is lost.</summary>
/// <param name="Direction">One way only; null for both.</param>
public sealed record HoldLink(LinkDirection? Direction) : BrokerFault;
