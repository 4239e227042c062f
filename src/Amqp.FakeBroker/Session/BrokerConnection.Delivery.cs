using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>Content frames out: deliver, get-ok and return, cut to the receiver's frame-max.</content>
public sealed partial class BrokerConnection
{
    private const int FrameOverhead = FrameHeaderLength + 1;

    /// <summary>Class, weight and body size, which precede the property flags in a content header.</summary>
    private const int ContentHeaderLead = 12;

    private const ushort BasicClass = 60;

    /// <summary>Hands a ready message to a consumer of this connection.</summary>
    internal void DeliverTo(ConsumerModel consumer, in QueueEntry entry, StoredMessage shown)
    {
        ChannelModel channel = consumer.Channel;
        ulong tag = channel.NextDeliveryTag++;
        if (!consumer.NoAck)
        {
            consumer.Unacked++;
            if (consumer.SharesPrefetch)
            {
                channel.TakeGlobalRoom();
            }

            channel.Unacked.Add(new UnackedEntry(tag, consumer.Queue, consumer, entry, _core.Now));
            _core.AckSweep.Watch();
        }

        WriteDeliver(channel.Number, consumer.Tag, tag, entry.Redelivered, shown);
        if (_virtualHost!.IsTracing)
        {
            TraceDelivery(channel, consumer.Queue, shown, entry.Redelivered);
        }
    }

    private void WriteDeliver(ushort channel, string consumerTag, ulong tag, bool redelivered, StoredMessage message)
    {
        Touch();
        int length = HotMethods.DeliverLength(
            Encoding.UTF8.GetByteCount(consumerTag),
            Encoding.UTF8.GetByteCount(message.Exchange),
            Encoding.UTF8.GetByteCount(message.RoutingKey));
        Span<byte> span = _output.GetSpan(length + FrameOverhead);
        WriteFrameHeader(span, MethodFrame, channel, length);
        WireWriter writer = new(span.Slice(FrameHeaderLength, length));
        HotMethods.WriteDeliver(ref writer, consumerTag, tag, redelivered, message.Exchange, message.RoutingKey);
        span[FrameHeaderLength + length] = FrameEnd;
        _output.Advance(length + FrameOverhead);
        WriteContent(channel, message);
    }

    private void WriteReturn(ChannelModel channel, StoredMessage message)
    {
        // The publisher must hear of its earlier publishes first; acknowledgements gather behind this return otherwise.
        FlushConfirms(channel);
        Write(channel.Number, new BasicReturn
        {
            ReplyCode = (ushort)ReplyCode.NoRoute,
            ReplyText = ReplyCodeNames.Name(ReplyCode.NoRoute),
            Exchange = message.Exchange,
            RoutingKey = message.RoutingKey,
        });
        WriteContent(channel.Number, message);
    }

    private void WriteAck(ushort channel, ulong tag, bool multiple)
    {
        Touch();
        Span<byte> span = _output.GetSpan(HotMethods.AckLength + FrameOverhead);
        WriteFrameHeader(span, MethodFrame, channel, HotMethods.AckLength);
        WireWriter writer = new(span.Slice(FrameHeaderLength, HotMethods.AckLength));
        HotMethods.WriteAck(ref writer, tag, multiple);
        span[FrameHeaderLength + HotMethods.AckLength] = FrameEnd;
        _output.Advance(HotMethods.AckLength + FrameOverhead);
    }

    /// <summary>
    /// The header frame as the publisher encoded it, then the body in frames of at most frame-max octets.
    /// </summary>
    private void WriteContent(ushort channel, StoredMessage message)
    {
        int length = ContentHeaderLead + message.HeaderOctets.Length;
        Span<byte> span = _output.GetSpan(length + FrameOverhead);
        WriteFrameHeader(span, HeaderFrame, channel, length);
        Span<byte> payload = span.Slice(FrameHeaderLength, length);
        BinaryPrimitives.WriteUInt16BigEndian(payload, BasicClass);
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], 0);
        BinaryPrimitives.WriteUInt64BigEndian(payload[4..], (ulong)message.Body.Length);
        message.HeaderOctets.CopyTo(payload[ContentHeaderLead..]);
        span[FrameHeaderLength + length] = FrameEnd;
        _output.Advance(length + FrameOverhead);

        ReadOnlySpan<byte> body = message.Body;
        while (body.Length > 0)
        {
            int chunk = Math.Min(body.Length, _frameMax - FrameOverhead);
            Span<byte> head = _output.GetSpan(FrameHeaderLength);
            WriteFrameHeader(head, BodyFrame, channel, chunk);
            _output.Advance(FrameHeaderLength);
            _output.Write(body[..chunk]);
            _output.GetSpan(1)[0] = FrameEnd;
            _output.Advance(1);
            body = body[chunk..];
        }
    }

    private static void WriteFrameHeader(Span<byte> span, byte type, ushort channel, int length)
    {
        span[0] = type;
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], channel);
        BinaryPrimitives.WriteUInt32BigEndian(span[3..], (uint)length);
    }
}
