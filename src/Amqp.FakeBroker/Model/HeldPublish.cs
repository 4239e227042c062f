namespace Amqp.FakeBroker.Model;

/// <summary>A publish that waits for its commit.</summary>
/// <param name="Message">The message.</param>
/// <param name="Queues">The queues found when it was made: later bindings are not seen.</param>
/// <param name="IsMandatory">True when it is returned if there are none.</param>
/// <param name="IsReply">True when it has reached a consumer of direct replies already.</param>
internal readonly record struct HeldPublish(
    StoredMessage Message, QueueModel[] Queues, bool IsMandatory, bool IsReply);
