using System.Buffers;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Wire;

// A message is three kinds of frame in a row on one channel, with nothing between them (AMQP 0-9-1 §4.2.6):
// ┌────────────────┬──────────────────┬───────────┬───────────┬───
// │ method frame   │ header frame     │ body      │ body      │ …   bodies of at most frame-max bytes each
// └────────────────┴──────────────────┴───────────┴───────────┴───

public static partial class FrameWriter
{
    /// <summary>Appends a whole basic.publish: method, header and body frames.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="exchange">The exchange; empty is the default one.</param>
    /// <param name="routingKey">The routing key.</param>
    /// <param name="mandatory">Whether an unroutable message is to be returned.</param>
    /// <param name="immediate">Obsolete; RabbitMQ refuses it.</param>
    /// <param name="properties">The properties.</param>
    /// <param name="body">The body.</param>
    /// <param name="maxFrameSize">The negotiated frame size in bytes, overhead included; more than 8.</param>
    /// <exception cref="ArgumentException">A short string is longer than 255 bytes; nothing was appended.</exception>
    public static void WriteContent(
        IBufferWriter<byte> output,
        ushort channel,
        string exchange,
        string routingKey,
        bool mandatory,
        bool immediate,
        BasicProperties properties,
        ReadOnlySpan<byte> body,
        int maxFrameSize)
    {
        Span<byte> span = Reserve(
            output, properties, exchange, routingKey, "", body.Length, maxFrameSize, out bool fits);
        var writer = new WireWriter(span[HeaderLength..]);
        HotMethods.WritePublish(ref writer, exchange, routingKey, mandatory, immediate);
        Finish(output, channel, span, writer.Written, properties, body, (ulong)body.Length, fits);
        if (!fits)
        {
            WriteBody(output, channel, body, maxFrameSize);
        }
    }

    /// <summary>Appends a whole basic.publish whose body may be in several segments.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="exchange">The exchange; empty is the default one.</param>
    /// <param name="routingKey">The routing key.</param>
    /// <param name="mandatory">Whether an unroutable message is to be returned.</param>
    /// <param name="immediate">Obsolete; RabbitMQ refuses it.</param>
    /// <param name="properties">The properties.</param>
    /// <param name="body">The body.</param>
    /// <param name="maxFrameSize">The negotiated frame size in bytes, overhead included; more than 8.</param>
    /// <exception cref="ArgumentException">A short string is longer than 255 bytes; nothing was appended.</exception>
    public static void WriteContent(
        IBufferWriter<byte> output,
        ushort channel,
        string exchange,
        string routingKey,
        bool mandatory,
        bool immediate,
        BasicProperties properties,
        in ReadOnlySequence<byte> body,
        int maxFrameSize)
    {
        if (body.IsSingleSegment)
        {
            ReadOnlySpan<byte> only = body.FirstSpan;
            WriteContent(output, channel, exchange, routingKey, mandatory, immediate, properties, only, maxFrameSize);
            return;
        }

        Span<byte> span = Reserve(output, properties, exchange, routingKey, "", long.MaxValue, maxFrameSize, out _);
        var writer = new WireWriter(span[HeaderLength..]);
        HotMethods.WritePublish(ref writer, exchange, routingKey, mandatory, immediate);
        Finish(output, channel, span, writer.Written, properties, default, (ulong)body.Length, false);
        WriteBody(output, channel, in body, maxFrameSize);
    }

    /// <summary>Appends a whole basic.deliver: method, header and body frames; what a broker sends.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="consumerTag">The consumer.</param>
    /// <param name="deliveryTag">The delivery's number on the channel.</param>
    /// <param name="redelivered">Whether it may have been delivered before.</param>
    /// <param name="exchange">The exchange it was published to.</param>
    /// <param name="routingKey">The routing key it was published with.</param>
    /// <param name="properties">The properties.</param>
    /// <param name="body">The body.</param>
    /// <param name="maxFrameSize">The negotiated frame size in bytes, overhead included; more than 8.</param>
    /// <exception cref="ArgumentException">A short string is longer than 255 bytes; nothing was appended.</exception>
    public static void WriteDelivery(
        IBufferWriter<byte> output,
        ushort channel,
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        BasicProperties properties,
        ReadOnlySpan<byte> body,
        int maxFrameSize)
    {
        Span<byte> span = Reserve(
            output, properties, exchange, routingKey, consumerTag, body.Length, maxFrameSize, out bool fits);
        var writer = new WireWriter(span[HeaderLength..]);
        HotMethods.WriteDeliver(ref writer, consumerTag, deliveryTag, redelivered, exchange, routingKey);
        Finish(output, channel, span, writer.Written, properties, body, (ulong)body.Length, fits);
        if (!fits)
        {
            WriteBody(output, channel, body, maxFrameSize);
        }
    }

    /// <summary>Appends any method that carries content: method, header and body frames.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="method">basic.publish, basic.deliver, basic.return or basic.get-ok.</param>
    /// <param name="properties">The properties.</param>
    /// <param name="body">The body.</param>
    /// <param name="maxFrameSize">The negotiated frame size in bytes, overhead included; more than 8.</param>
    /// <exception cref="ArgumentException">
    /// A short string is longer than 255 bytes, or the method carries no content; nothing was appended.
    /// </exception>
    public static void WriteContent(
        IBufferWriter<byte> output,
        ushort channel,
        AmqpMethod method,
        BasicProperties properties,
        ReadOnlySpan<byte> body,
        int maxFrameSize)
    {
        ArgumentNullException.ThrowIfNull(method);
        if (!method.Id.HasContent())
        {
            throw new ArgumentException($"{method.Id.Name()} carries no content.", nameof(method));
        }

        CheckFrameSize(maxFrameSize);
        ContentHeader.Length(properties);
        WriteMethod(output, channel, method);
        WriteHeader(output, channel, properties, (ulong)body.Length);
        WriteBody(output, channel, body, maxFrameSize);
    }

    // Room for the longest that the method can become, so that strings are encoded once and not measured first, plus
    // the header, plus a small body. Nothing counts as appended before Finish advances.
    private static Span<byte> Reserve(
        IBufferWriter<byte> output,
        BasicProperties properties,
        string exchange,
        string routingKey,
        string consumerTag,
        long bodyLength,
        int maxFrameSize,
        out bool fits)
    {
        ArgumentNullException.ThrowIfNull(output);
        CheckFrameSize(maxFrameSize);
        fits = bodyLength <= Math.Min(SmallBody, maxFrameSize - Overhead);
        int strings = Most(exchange, nameof(exchange)) + Most(routingKey, nameof(routingKey))
            + Most(consumerTag, nameof(consumerTag));
        int methodAndHeader = HotMethods.LongestWithoutStrings + strings + ContentHeader.Length(properties);
        return output.GetSpan(methodAndHeader + (3 * Overhead) + (fits ? (int)bodyLength : 0));
    }

    private static void Finish(
        IBufferWriter<byte> output,
        ushort channel,
        Span<byte> span,
        int methodLength,
        BasicProperties properties,
        ReadOnlySpan<byte> body,
        ulong bodySize,
        bool fits)
    {
        BeginFrame(span, FrameType.Method, channel, methodLength);
        span[HeaderLength + methodLength] = FrameEnd;
        int written = methodLength + Overhead;
        written += PutHeader(span[written..], channel, properties, bodySize);
        if (fits && !body.IsEmpty)
        {
            written += PutBody(span[written..], channel, body);
        }

        output.Advance(written);
    }

    // A UTF-16 unit becomes at most three bytes; only a string that may be too long has to be measured.
    private static int Most(string value, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value.Length <= WireSize.AlwaysShortChars ? 3 * value.Length : WireSize.ShortString(value, name);
    }
}
