namespace Amqp.Engine.Recovery;

/// <summary>A message in an outbox.</summary>
/// <typeparam name="T">What the owner knows a message by.</typeparam>
/// <param name="Id">Its number in the outbox, counted from 1 in the order of publishing.</param>
/// <param name="Message">The message.</param>
/// <param name="Size">What it counts against the outbox's bound, in bytes.</param>
/// <param name="Sends">How often it was sent. After the first time the broker may have it already.</param>
public sealed record OutboxEntry<T>(ulong Id, T Message, long Size, int Sends);
