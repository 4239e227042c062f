namespace Amqp.Engine.Arguments;

/// <summary>RabbitMQ's kinds of queue (<c>x-queue-type</c>).</summary>
public enum QueueType
{
    /// <summary>What the virtual host has as its default; classic unless it was changed.</summary>
    Default,

    /// <summary>One node keeps it.</summary>
    Classic,

    /// <summary>Replicated by consensus; always durable and never exclusive.</summary>
    Quorum,

    /// <summary>A replicated log that is read without being emptied; always durable and never exclusive.</summary>
    Stream,
}
