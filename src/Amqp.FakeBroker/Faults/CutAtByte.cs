namespace Amqp.FakeBroker.Faults;

/// <summary>A fault as data: the link is cut once a number of bytes was sent one way.</summary>
/// <param name="Direction">The direction whose bytes are counted.</param>
/// <param name="Offset">
/// How many bytes of that direction still arrive, at least 0, counted from when the fault was set (in a scenario: from
/// the beginning). The cut happens the moment they have been sent.
/// </param>
/// <param name="Kind">What the two sides see.</param>
public sealed record CutAtByte(LinkDirection Direction, long Offset, CutKind Kind) : Cut(Kind);
