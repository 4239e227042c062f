namespace Amqp.FakeBroker.Journal;

/// <summary>One thing that happened at the broker. Immutable, safe to share.</summary>
/// <param name="Sequence">
/// Its number, from 1 in the order in which things happened, published messages included.
/// </param>
/// <param name="At">When, counted from the start of the broker, by the broker's clock.</param>
/// <param name="Kind">What.</param>
/// <param name="Connection">The connection's number; 0 when it was none's.</param>
/// <param name="Channel">The channel's number; 0 when it was none's.</param>
/// <param name="Text">In words.</param>
public sealed record JournalEntry(
    ulong Sequence,
    TimeSpan At,
    JournalKind Kind,
    ulong Connection,
    ushort Channel,
    string Text);
