using Amqp.Engine.Commands;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Events;

/// <summary>A view of one event, valid until the next one is read. It cannot be stored, boxed or awaited across, so
/// that borrowed body bytes cannot outlive the input; <see cref="ToRecord"/> gives an owned copy.</summary>
/// <remarks>Which members are filled depends on <see cref="Kind"/>; the others hold their default.</remarks>
public readonly ref struct AmqpEvent
{
    private readonly ref readonly EventSlot _slot;

    internal AmqpEvent(ref readonly EventSlot slot) => _slot = ref slot;

    /// <summary>What happened.</summary>
    public EventKind Kind => _slot.Kind;

    /// <summary>The channel it happened on; 0 for the connection.</summary>
    public ushort Channel => _slot.Channel;

    /// <summary>The call that this answers.</summary>
    public RequestId Request => _slot.Request;

    /// <summary>The reply to a call, or the method that closed a channel.</summary>
    public AmqpMethod? Method => _slot.Method;

    /// <summary>Why something ended.</summary>
    public SessionEnd? Reason => _slot.Reason;

    /// <summary>The consumer, or an empty string.</summary>
    public string ConsumerTag =>
        _slot.Kind is EventKind.Delivery or EventKind.ConsumerCancelled ? _slot.Label ?? "" : "";

    /// <summary>The exchange that the message was published to.</summary>
    public string Exchange => _slot.Exchange ?? "";

    /// <summary>The routing key that the message was published with.</summary>
    public string RoutingKey => _slot.RoutingKey ?? "";

    /// <summary>A text for people: the reason of a block, or the reply text of a return.</summary>
    public string Text => _slot.Kind is EventKind.Return or EventKind.Blocked ? _slot.Label ?? "" : "";

    /// <summary>The delivery tag, counted from 1 on each channel.</summary>
    public ulong DeliveryTag => IsContent ? _slot.Number : 0;

    /// <summary>Whether the broker may have delivered this message before.</summary>
    public bool Redelivered => _slot.Redelivered;

    /// <summary>How many messages the queue still held, for <see cref="EventKind.GetOk"/>.</summary>
    public uint MessageCount => _slot.MessageCount;

    /// <summary>The reply code of a return.</summary>
    public ReplyCode ReplyCode => _slot.ReplyCode;

    /// <summary>The message's properties.</summary>
    public BasicProperties Properties => _slot.Properties ?? BasicProperties.Empty;

    /// <summary>The length of the whole body in bytes; the body follows in <see cref="EventKind.Body"/>
    /// events.</summary>
    public ulong BodySize => IsContent ? _slot.Extent : 0;

    /// <summary>A piece of a body, borrowed from the input.</summary>
    public BodyView Body => new(in _slot.Body, _slot.Kind == EventKind.Body ? (int)_slot.Extent : 0);

    /// <summary>Whether this piece ends the body.</summary>
    public bool IsLastBody => _slot.Kind == EventKind.Body && _slot.Flag;

    /// <summary>The first publish of a range.</summary>
    public ulong FromSequence => IsContent ? 0 : _slot.Number;

    /// <summary>The last publish of a range.</summary>
    public ulong ToSequence => IsContent || _slot.Kind == EventKind.Body ? 0 : _slot.Extent;

    /// <summary>Whether the broker refused the settled publishes.</summary>
    public bool Nacked => _slot.Kind == EventKind.PublishSettled && _slot.Flag;

    /// <summary>Whether publishing may go on after <see cref="EventKind.ChannelFlow"/>.</summary>
    public bool FlowActive => _slot.Kind == EventKind.ChannelFlow && _slot.Flag;

    /// <summary>What is known of a call that failed.</summary>
    public CallFailure Failure => _slot.Failure;

    private bool IsContent => _slot.Kind is EventKind.Delivery or EventKind.GetOk or EventKind.Return;

    /// <summary>Copies the event.</summary>
    /// <returns>An owned record with value equality.</returns>
    public EventRecord ToRecord() => new()
    {
        Kind = Kind,
        Channel = Channel,
        Request = Request,
        Method = Method,
        Reason = Reason,
        ConsumerTag = ConsumerTag,
        Exchange = Exchange,
        RoutingKey = RoutingKey,
        Text = Text,
        DeliveryTag = DeliveryTag,
        Redelivered = Redelivered,
        MessageCount = MessageCount,
        ReplyCode = ReplyCode,
        Properties = _slot.Properties,
        BodySize = BodySize,
        Body = new BodyBytes(Body.ToArray()),
        Flag = _slot.Flag,
        Failure = Failure,
        FromSequence = FromSequence,
        ToSequence = ToSequence,
    };
}
