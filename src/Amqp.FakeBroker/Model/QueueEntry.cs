using Amqp.Engine.Base;

namespace Amqp.FakeBroker.Model;

/// <summary>A message in one queue.</summary>
/// <param name="Position">Only grows with publishing: it is the place a requeue returns to.</param>
/// <param name="Message">The message, shared by every queue that took it.</param>
/// <param name="ExpiresAt">When it dies; <see cref="MonoTime.Never"/> when it lives for ever.</param>
/// <param name="Deliveries">How often it was handed out and came back.</param>
/// <param name="Redelivered">True when it was handed out before.</param>
internal readonly record struct QueueEntry(
    ulong Position,
    StoredMessage Message,
    MonoTime ExpiresAt,
    int Deliveries,
    bool Redelivered);
