using Amqp.Engine.Base;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// A message handed out at a time and not settled yet. <paramref name="Consumer"/> is null for basic.get.
/// </summary>
internal readonly record struct UnackedEntry(
    ulong Tag,
    QueueModel Queue,
    ConsumerModel? Consumer,
    QueueEntry Entry,
    MonoTime Since);
