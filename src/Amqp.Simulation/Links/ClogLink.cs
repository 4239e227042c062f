using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Links;

/// <summary>What travels on the link gets stuck and goes on by itself later; nothing is lost.</summary>
/// <param name="Direction">One way only; null for both.</param>
/// <param name="For">How long, more than zero.</param>
public sealed record ClogLink(LinkDirection? Direction, TimeSpan For) : BrokerFault;
