namespace Amqp.FakeBroker.Faults;

/// <summary>
/// A connection is cut: at once, later, after a number of bytes or at a place of the protocol.
/// </summary>
/// <param name="Connection">The connection's number, or null for every one.</param>
/// <param name="Cut">Where or when, and what the two sides see.</param>
public sealed record CutConnection(ulong? Connection, Cut Cut) : BrokerFault;
