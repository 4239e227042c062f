namespace Amqp.FakeBroker.Faults;

/// <summary>A connection that is cut at a place of the protocol, such as in the body of the third publish.</summary>
/// <param name="Place">Where.</param>
/// <param name="Kind">What the two sides see.</param>
public sealed record CutAtPlace(ProtocolPlace Place, CutKind Kind) : Cut(Kind);
