namespace Amqp.FakeBroker;

/// <summary>
/// A connection's stream at a moment. Immutable, safe to share. In the process there are no ports.
/// </summary>
/// <param name="PeerHost">The client's address.</param>
/// <param name="PeerPort">The client's port.</param>
/// <param name="Host">The broker's address.</param>
/// <param name="Port">The broker's port.</param>
/// <param name="IsTls">True with TLS.</param>
/// <param name="IsFrozen">True while a fault keeps it still.</param>
/// <param name="ReceivedOctets">Octets received so far.</param>
/// <param name="SentOctets">Octets sent so far.</param>
public sealed record ConnectionEnds(
    string PeerHost,
    int PeerPort,
    string Host,
    int Port,
    bool IsTls,
    bool IsFrozen,
    long ReceivedOctets,
    long SentOctets);
