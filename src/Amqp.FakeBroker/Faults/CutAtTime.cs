namespace Amqp.FakeBroker.Faults;

/// <summary>A connection that is cut when a time has passed.</summary>
/// <param name="After">How long after the fault was set; zero cuts at once.</param>
/// <param name="Kind">What the two sides see.</param>
public sealed record CutAtTime(TimeSpan After, CutKind Kind) : Cut(Kind);
