namespace Amqp.Engine.Events;

/// <summary>The kinds of <see cref="AmqpEvent"/>; each names the members that it fills.</summary>
public enum EventKind
{
    /// <summary>No event.</summary>
    None,

    /// <summary>The handshake is over and the virtual host is open.</summary>
    SessionOpened,

    /// <summary>A call was answered: Request, Method (the reply).</summary>
    CallCompleted,

    /// <summary>A call will never be answered: Request, Reason, Failure.</summary>
    CallFailed,

    /// <summary>A message for a consumer: ConsumerTag, DeliveryTag, Redelivered, Exchange, RoutingKey, Properties,
    /// BodySize.</summary>
    Delivery,

    /// <summary>The answer to <c>basic.get</c>: as Delivery, with Request and MessageCount, without
    /// ConsumerTag.</summary>
    GetOk,

    /// <summary>A publish that could not be routed: ReplyCode, Text, Exchange, RoutingKey, Properties,
    /// BodySize.</summary>
    Return,

    /// <summary>A piece of the body of the content before it on this channel: Body, IsLastBody.</summary>
    Body,

    /// <summary>The broker settled publishes: FromSequence to ToSequence inclusive, Nacked.</summary>
    PublishSettled,

    /// <summary>The returned content that just ended was this publish: FromSequence. Its settlement follows.</summary>
    PublishReturned,

    /// <summary>These publishes will never be settled: FromSequence to ToSequence inclusive, Reason.</summary>
    PublishesLost,

    /// <summary>The broker cancelled a consumer: ConsumerTag.</summary>
    ConsumerCancelled,

    /// <summary>The broker asked to pause or resume publishing on a channel and was answered: FlowActive.</summary>
    ChannelFlow,

    /// <summary>A channel ended: Reason, and Method when the broker closed it.</summary>
    ChannelClosed,

    /// <summary>The broker stopped reading publishes on this connection: Text.</summary>
    Blocked,

    /// <summary>The broker reads publishes again.</summary>
    Unblocked,

    /// <summary>The session is over: Reason. No event follows, ever.</summary>
    SessionClosed,
}
