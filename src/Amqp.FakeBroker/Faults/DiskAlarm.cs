namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The disk alarm goes on or off: while it is on, connections that publish are blocked.
/// </summary>
/// <param name="IsOn">The alarm's new state.</param>
public sealed record DiskAlarm(bool IsOn) : BrokerFault;
