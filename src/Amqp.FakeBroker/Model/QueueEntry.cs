namespace Amqp.FakeBroker.Model;

/// <summary>
/// A message in one queue. <paramref name="Position"/> only grows with publishing: it is the place a requeue returns
/// to.
/// </summary>
internal readonly record struct QueueEntry(ulong Position, StoredMessage Message, bool Redelivered);
