namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The broker shuts down in order (connections are closed with 320) and comes back with what is durable.
/// </summary>
/// <param name="Downtime">How long its ports refuse connections; zero comes back at once.</param>
public sealed record RestartBroker(TimeSpan Downtime) : BrokerFault;
