using Amqp.Engine.Wire;

namespace Amqp.Engine.Spec;

// basic.publish (60, 40), AMQP 0-9-1 §1.8.3.7
// ┌───────────┬────────────┬──────────┬─────────────┬────────────────────────────────┐
// │ ids (4)   │ ticket (2) │ exchange │ routing key │ bits (1): mandatory, immediate │
// └───────────┴────────────┴──────────┴─────────────┴────────────────────────────────┘
// basic.deliver (60, 60), AMQP 0-9-1 §1.8.3.9
// ┌───────────┬──────────────┬──────────────────┬───────────────────────┬──────────┬─────────────┐
// │ ids (4)   │ consumer tag │ delivery tag (8) │ bits (1): redelivered │ exchange │ routing key │
// └───────────┴──────────────┴──────────────────┴───────────────────────┴──────────┴─────────────┘
// basic.ack (60, 80), basic.reject (60, 90), AMQP 0-9-1 §1.8.3.13–14, and RabbitMQ's basic.nack (60, 120)
// ┌───────────┬──────────────────┬──────────────────────────────────────────────────────────────┐
// │ ids (4)   │ delivery tag (8) │ bits (1): ack multiple; reject requeue; nack multiple, requeue │
// └───────────┴──────────────────┴──────────────────────────────────────────────────────────────┘

/// <summary>
/// Writes the payloads of the methods that every message needs, without a record and without allocating.
/// </summary>
public static class HotMethods
{
    /// <summary>The payload of basic.ack, in bytes.</summary>
    public const int AckLength = 13;

    /// <summary>The payload of basic.nack, in bytes.</summary>
    public const int NackLength = 13;

    /// <summary>The payload of basic.reject, in bytes.</summary>
    public const int RejectLength = 13;

    /// <summary>The longest payload here when all strings are empty, in bytes: that of basic.deliver.</summary>
    internal const int LongestWithoutStrings = 16;

    /// <summary>The payload of basic.publish, in bytes.</summary>
    /// <param name="exchangeBytes">The exchange's length in UTF-8.</param>
    /// <param name="routingKeyBytes">The routing key's length in UTF-8.</param>
    public static int PublishLength(int exchangeBytes, int routingKeyBytes) => 9 + exchangeBytes + routingKeyBytes;

    /// <summary>The payload of basic.deliver, in bytes.</summary>
    /// <param name="consumerTagBytes">The consumer tag's length in UTF-8.</param>
    /// <param name="exchangeBytes">The exchange's length in UTF-8.</param>
    /// <param name="routingKeyBytes">The routing key's length in UTF-8.</param>
    public static int DeliverLength(int consumerTagBytes, int exchangeBytes, int routingKeyBytes) =>
        LongestWithoutStrings + consumerTagBytes + exchangeBytes + routingKeyBytes;

    /// <summary>Writes the payload of basic.publish.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="exchange">The exchange; empty is the default one.</param>
    /// <param name="routingKey">The routing key.</param>
    /// <param name="mandatory">Whether an unroutable message is to be returned.</param>
    /// <param name="immediate">Obsolete; RabbitMQ refuses it.</param>
    /// <exception cref="ArgumentException">A string is longer than 255 bytes.</exception>
    public static void WritePublish(
        ref WireWriter writer,
        string exchange,
        string routingKey,
        bool mandatory,
        bool immediate)
    {
        writer.WriteLong((uint)MethodId.BasicPublish);
        writer.WriteShort(0);
        writer.WriteShortString(exchange);
        writer.WriteShortString(routingKey);
        writer.WriteOctet((byte)((mandatory ? 1 : 0) | (immediate ? 2 : 0)));
    }

    /// <summary>Writes the payload of basic.deliver.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="consumerTag">The consumer.</param>
    /// <param name="deliveryTag">The delivery's number on the channel.</param>
    /// <param name="redelivered">Whether it may have been delivered before.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="routingKey">The routing key.</param>
    /// <exception cref="ArgumentException">A string is longer than 255 bytes.</exception>
    public static void WriteDeliver(
        ref WireWriter writer,
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey)
    {
        writer.WriteLong((uint)MethodId.BasicDeliver);
        writer.WriteShortString(consumerTag);
        writer.WriteLongLong(deliveryTag);
        writer.WriteOctet(redelivered ? (byte)1 : (byte)0);
        writer.WriteShortString(exchange);
        writer.WriteShortString(routingKey);
    }

    /// <summary>Writes the payload of basic.ack.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="deliveryTag">The delivery, or 0 with <paramref name="multiple"/> for all so far.</param>
    /// <param name="multiple">Whether all up to it are meant.</param>
    public static void WriteAck(ref WireWriter writer, ulong deliveryTag, bool multiple) =>
        WriteSettle(ref writer, MethodId.BasicAck, deliveryTag, multiple ? 1 : 0);

    /// <summary>Writes the payload of basic.nack.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="deliveryTag">The delivery, or 0 with <paramref name="multiple"/> for all so far.</param>
    /// <param name="multiple">Whether all up to it are meant.</param>
    /// <param name="requeue">Whether they go back to their queue.</param>
    public static void WriteNack(ref WireWriter writer, ulong deliveryTag, bool multiple, bool requeue) =>
        WriteSettle(ref writer, MethodId.BasicNack, deliveryTag, (multiple ? 1 : 0) | (requeue ? 2 : 0));

    /// <summary>Writes the payload of basic.reject.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="deliveryTag">The delivery.</param>
    /// <param name="requeue">Whether it goes back to its queue.</param>
    public static void WriteReject(ref WireWriter writer, ulong deliveryTag, bool requeue) =>
        WriteSettle(ref writer, MethodId.BasicReject, deliveryTag, requeue ? 1 : 0);

    private static void WriteSettle(ref WireWriter writer, MethodId id, ulong deliveryTag, int bits)
    {
        writer.WriteLong((uint)id);
        writer.WriteLongLong(deliveryTag);
        writer.WriteOctet((byte)bits);
    }
}
