using System.Buffers.Binary;

namespace Amqp.Compare.Sink;

/// <summary>Frames: content order and declared sizes are checked here, method by method and body by body.</summary>
internal sealed partial class SinkConnection
{
    private bool OnFrame(byte type, ushort number, ReadOnlySpan<byte> payload)
    {
        if (type == 8)
        {
            return number == 0 && payload.IsEmpty || Violation("a heartbeat with a channel or a payload");
        }

        if (number == 0)
        {
            return type == 1 ? OnConnectionMethod(payload) : Violation("content on channel 0");
        }

        if (_recent?.Number != number)
        {
            ConfirmChunk();
            if (!_channels.TryGetValue(number, out var known))
            {
                known = _channels[number] = new SinkChannel(number);
            }

            _recent = known;
        }

        var channel = _recent!;
        return (type, channel.Expects) switch
        {
            (1, SinkContent.Method) => payload.Length >= 4
                ? OnMethod(channel, payload)
                : Violation("a method frame under 4 bytes"),
            (2, SinkContent.Header) => OnHeader(channel, payload),
            (3, SinkContent.Body) => OnBody(channel, payload),
            _ => Violation($"a frame of type {type} where {channel.Expects} was expected"),
        };
    }

    // short class 60 | short weight 0 | longlong body size | short flags | properties
    private bool OnHeader(SinkChannel channel, ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 14 || BinaryPrimitives.ReadUInt32BigEndian(payload) != 60u << 16)
        {
            return Violation("a content header of another class, with a weight, or cut short");
        }

        channel.BodySize = channel.BodyMissing = BinaryPrimitives.ReadInt64BigEndian(payload[4..]);
        channel.Expects = SinkContent.Body;
        if (channel.BodySize == 0)
        {
            OnPublished(channel, default);
        }

        return true;
    }

    private bool OnBody(SinkChannel channel, ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty || payload.Length > channel.BodyMissing)
        {
            return Violation($"a body frame of {payload.Length} bytes where {channel.BodyMissing} were missing");
        }

        if (!TestBody.Matches(payload, channel.BodySize - channel.BodyMissing))
        {
            return Violation("a body whose bytes are not the ones agreed");
        }

        channel.BodyMissing -= payload.Length;
        if (channel.BodyMissing == 0)
        {
            OnPublished(channel, payload);
        }

        return true;
    }

    private void OnPublished(SinkChannel channel, ReadOnlySpan<byte> lastFrame)
    {
        channel.Expects = SinkContent.Method;
        totals.Published++;
        totals.PublishedBytes += channel.BodySize;
        channel.PublishSequence++;
        if (channel is { Consuming: true, FloodSize: < 0 })
        {
            Echo(channel, lastFrame);
        }
    }

    // Echoed bodies are of one frame: the workload uses 16 bytes and 1 KiB.
    private void Echo(SinkChannel channel, ReadOnlySpan<byte> body)
    {
        if (channel.FloodSize != -1 - body.Length || channel.Template.Length == 0)
        {
            channel.Template = SinkOutput.Delivery(channel.Number, channel.ConsumerTag, body, FrameMax, out var offset);
            channel.TemplateTagOffset = offset;
            channel.FloodSize = -1 - body.Length;
        }

        var message = _output.Take(channel.Template.Length);
        channel.Template.CopyTo(message);
        body.CopyTo(message[(message.Length - 1 - body.Length)..]);
        channel.LastTag++;
        BinaryPrimitives.WriteUInt64BigEndian(message[channel.TemplateTagOffset..], channel.LastTag);
        totals.Delivered++;
    }
}
