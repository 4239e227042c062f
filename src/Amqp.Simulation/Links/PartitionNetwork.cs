using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Links;

/// <summary>
/// The network is parted: bytes of open connections wait, as TCP sends them again later, and a new connection is not
/// answered. It heals by itself.
/// </summary>
/// <param name="Direction">One way only; null for both. A connection needs both ways to open.</param>
/// <param name="For">How long, more than zero.</param>
public sealed record PartitionNetwork(LinkDirection? Direction, TimeSpan For) : BrokerFault;
