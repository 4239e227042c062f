using System.Text;
using Amqp.Engine.Commands;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Events;

/// <summary>An owned copy of an <see cref="AmqpEvent"/> with value equality, for tests, traces and hand-over.</summary>
public sealed record EventRecord
{
    /// <inheritdoc cref="AmqpEvent.Kind"/>
    public EventKind Kind { get; init; }

    /// <inheritdoc cref="AmqpEvent.Channel"/>
    public ushort Channel { get; init; }

    /// <inheritdoc cref="AmqpEvent.Request"/>
    public RequestId Request { get; init; }

    /// <inheritdoc cref="AmqpEvent.Method"/>
    public AmqpMethod? Method { get; init; }

    /// <inheritdoc cref="AmqpEvent.Reason"/>
    public SessionEnd? Reason { get; init; }

    /// <inheritdoc cref="AmqpEvent.ConsumerTag"/>
    public string ConsumerTag { get; init; } = "";

    /// <inheritdoc cref="AmqpEvent.Exchange"/>
    public string Exchange { get; init; } = "";

    /// <inheritdoc cref="AmqpEvent.RoutingKey"/>
    public string RoutingKey { get; init; } = "";

    /// <inheritdoc cref="AmqpEvent.Text"/>
    public string Text { get; init; } = "";

    /// <inheritdoc cref="AmqpEvent.DeliveryTag"/>
    public ulong DeliveryTag { get; init; }

    /// <inheritdoc cref="AmqpEvent.Redelivered"/>
    public bool Redelivered { get; init; }

    /// <inheritdoc cref="AmqpEvent.MessageCount"/>
    public uint MessageCount { get; init; }

    /// <inheritdoc cref="AmqpEvent.ReplyCode"/>
    public ReplyCode ReplyCode { get; init; }

    /// <inheritdoc cref="AmqpEvent.Properties"/>
    public BasicProperties? Properties { get; init; }

    /// <inheritdoc cref="AmqpEvent.BodySize"/>
    public ulong BodySize { get; init; }

    /// <summary>The bytes of a body event.</summary>
    public BodyBytes Body { get; init; }

    /// <summary>The event's one bit: the last piece of a body, a refusal by the broker, or an active flow.</summary>
    public bool Flag { get; init; }

    /// <inheritdoc cref="AmqpEvent.Failure"/>
    public CallFailure Failure { get; init; }

    /// <inheritdoc cref="AmqpEvent.FromSequence"/>
    public ulong FromSequence { get; init; }

    /// <inheritdoc cref="AmqpEvent.ToSequence"/>
    public ulong ToSequence { get; init; }

    /// <summary>Renders the filled members on one line.</summary>
    /// <returns>Such as <c>Delivery ch=1 tag=3 exchange=orders key=a size=2</c>.</returns>
    public override string ToString()
    {
        var line = new StringBuilder(Kind.ToString()).Append(" ch=").Append(Channel);
        void Add<T>(string name, T value, bool filled) =>
            _ = filled ? line.Append(' ').Append(name).Append('=').Append(value) : line;
        bool content = Kind is EventKind.Delivery or EventKind.GetOk or EventKind.Return;
        Add("request", Request.Value, Request.Value != 0);
        Add("method", Method, Method is not null);
        Add("reason", Reason, Reason is not null);
        Add("consumer", ConsumerTag, ConsumerTag.Length > 0);
        Add("tag", DeliveryTag, DeliveryTag != 0);
        Add("redelivered", Redelivered, Redelivered);
        Add("exchange", Exchange, content);
        Add("key", RoutingKey, content);
        Add("code", (ushort)ReplyCode, ReplyCode != 0);
        Add("text", Text, Text.Length > 0);
        Add("count", MessageCount, Kind == EventKind.GetOk);
        Add("properties", Properties, Properties is not null && Properties != BasicProperties.Empty);
        Add("size", BodySize, content);
        Add("body", Body, Kind == EventKind.Body);
        Add("sequence", $"{FromSequence}..{ToSequence}", FromSequence != 0);
        Add("flag", Flag, Flag);
        Add("failure", Failure, Failure != CallFailure.Unknown);
        return line.ToString();
    }
}
