namespace Amqp.Engine.Arguments;

/// <summary>How surely a quorum queue dead-letters (<c>x-dead-letter-strategy</c>).</summary>
public enum DeadLetterStrategy
{
    /// <summary>A message may be lost on its way; RabbitMQ's default.</summary>
    AtMostOnce,

    /// <summary>A message is kept until the dead-letter exchange's queues have confirmed it; needs
    /// <see cref="QueueOverflow.RejectPublish"/>.</summary>
    AtLeastOnce,
}
