namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The connection that is accepted next is cut: by time from its acceptance, or in its stream, handshake included.
/// </summary>
/// <param name="Cut">Where or when, and what the two sides see.</param>
public sealed record CutNextConnection(Cut Cut) : BrokerFault;
