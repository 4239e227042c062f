namespace Amqp.FakeBroker.Faults;

/// <summary>
/// A connection that is cut, as data: by time (<see cref="CutAtTime"/>), by byte offset (<see cref="CutAtByte"/>) or by
/// protocol place (<see cref="CutAtPlace"/>). Immutable, safe to share.
/// </summary>
/// <param name="Kind">What the two sides see.</param>
public abstract record Cut(CutKind Kind);
