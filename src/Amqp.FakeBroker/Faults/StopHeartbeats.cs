namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The broker sends no more heartbeats on a connection; everything else goes on.
/// </summary>
/// <param name="Connection">The connection's number, or null for every one.</param>
public sealed record StopHeartbeats(ulong? Connection) : BrokerFault;
