namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The memory alarm goes on or off: while it is on, connections that publish are blocked.
/// </summary>
/// <param name="IsOn">The alarm's new state.</param>
public sealed record MemoryAlarm(bool IsOn) : BrokerFault;
