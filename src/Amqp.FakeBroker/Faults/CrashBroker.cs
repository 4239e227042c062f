namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The broker dies: every connection is reset, and it comes back with what is durable.
/// </summary>
/// <param name="Downtime">How long its ports refuse connections; zero comes back at once.</param>
/// <param name="LosesUnconfirmed">
/// True when messages whose confirms are held back (<see cref="SlowConfirms"/>, <see cref="StopConfirms"/>) had not
/// been stored yet, and are gone. What was confirmed is there in any case.
/// </param>
public sealed record CrashBroker(TimeSpan Downtime, bool LosesUnconfirmed = false) : BrokerFault;
