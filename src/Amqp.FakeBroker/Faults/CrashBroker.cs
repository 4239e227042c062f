namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The broker dies: every connection is reset, and it comes back with what is durable.
/// </summary>
/// <param name="Downtime">How long its ports refuse connections; zero comes back at once.</param>
public sealed record CrashBroker(TimeSpan Downtime) : BrokerFault;
