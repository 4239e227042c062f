namespace Amqp.FakeBroker.Faults;

/// <summary>
/// A frozen connection goes on.
/// </summary>
/// <param name="Connection">The connection's number, or null for every one.</param>
public sealed record ThawConnection(ulong? Connection) : BrokerFault;
