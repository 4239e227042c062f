namespace Amqp.Engine.Arguments;

/// <summary>What a full queue does (<c>x-overflow</c>).</summary>
public enum QueueOverflow
{
    /// <summary>Drops, or dead-letters, its oldest messages; RabbitMQ's default.</summary>
    DropHead,

    /// <summary>Refuses new messages; publisher confirms become nacks.</summary>
    RejectPublish,

    /// <summary>As <see cref="RejectPublish"/>, and dead-letters what it refuses; for classic queues.</summary>
    RejectPublishDeadLetter,
}
