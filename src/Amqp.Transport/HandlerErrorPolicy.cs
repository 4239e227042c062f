namespace Amqp.Transport;

/// <summary>What happens to a message whose handler threw. The error is logged in any case. Nothing is done when the
/// consumer is no-ack or the handler settled the message through its delivery before it threw; a handler that settles
/// by tag on the channel must not throw afterwards, because a second settlement closes the channel.</summary>
public enum HandlerErrorPolicy
{
    /// <summary>Refuse the message without requeueing, so that it is dead-lettered or dropped. The default: a message
    /// that always fails cannot circle for ever.</summary>
    NackDrop,

    /// <summary>Put the message back into its queue. A message that always fails then circles; use it with a queue that
    /// has a delivery limit.</summary>
    NackRequeue,

    /// <summary>Put the message back, cancel the consumer and fail <see cref="AmqpConsumer.Completion"/> with the
    /// error.</summary>
    StopConsumer,
}
