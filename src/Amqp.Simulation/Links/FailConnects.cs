using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Links;

/// <summary>The next attempts to connect fail.</summary>
/// <param name="Failure">In which way.</param>
/// <param name="Count">How many, at least 1.</param>
public sealed record FailConnects(ConnectFailure Failure, int Count) : BrokerFault;
