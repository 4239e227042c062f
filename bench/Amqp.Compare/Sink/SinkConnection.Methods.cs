using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Amqp.Compare.Sink;

/// <summary>The handshake and the calls, answered as a broker that has everything already would.</summary>
internal sealed partial class SinkConnection
{
    private void SendStart()
    {
        byte[] capabilities = Table(["publisher_confirms", "basic.nack", "consumer_cancel_notify", "connection.blocked",
            "authentication_failure_close", "exchange_exchange_bindings", "per_consumer_qos"], "t\x01"u8);
        byte[] properties = [12, .. "capabilities"u8, (byte)'F', .. capabilities,
            7, .. "product"u8, (byte)'S', .. LongString("sink"), 7, .. "version"u8, (byte)'S', .. LongString("4.0.0")];
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(size, properties.Length);
        _output.Method(
            0, 10, 10, [0, 9, .. size, .. properties, .. LongString("PLAIN AMQPLAIN"), .. LongString("en_US")]);
    }

    private static byte[] Table(string[] keys, ReadOnlySpan<byte> value)
    {
        var body = new List<byte>();
        foreach (var key in keys)
        {
            body.AddRange(SinkOutput.ShortString(key));
            body.AddRange(value);
        }

        return LongString(body.ToArray());
    }

    private static byte[] LongString(string text) => LongString(Encoding.UTF8.GetBytes(text));

    private static byte[] LongString(byte[] text)
    {
        Span<byte> size = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(size, text.Length);
        return [.. size, .. text];
    }

    private bool OnConnectionMethod(ReadOnlySpan<byte> payload)
    {
        switch (BinaryPrimitives.ReadUInt32BigEndian(payload))
        {
            case 10 << 16 | 11: // start-ok: tune(channel-max 2047, frame-max, heartbeat 60)
                _output.Method(0, 10, 30, [0x07, 0xFF, 0x00, 0x02, 0x00, 0x00, 0, 60]);
                return true;
            case 10 << 16 | 31: // tune-ok
                return true;
            case 10 << 16 | 40: // open
                _opened = true;
                totals.ConnectionsOpened++;
                _output.Method(0, 10, 41, [0]);
                return true;
            case 10 << 16 | 50: // close
                _closing = true;
                totals.ConnectionsClosed++;
                _output.Method(0, 10, 51, []);
                return true;
            default:
                return Violation($"an unexpected connection method {payload[1]}.{payload[3]}");
        }
    }

    private bool OnMethod(SinkChannel channel, ReadOnlySpan<byte> payload)
    {
        var arguments = new SinkArguments(payload[4..]);
        switch (BinaryPrimitives.ReadUInt32BigEndian(payload))
        {
            case 60 << 16 | 40: // publish
                arguments.Short();
                arguments.SkipShortString();
                arguments.SkipShortString();
                arguments.Octet();
                channel.Expects = SinkContent.Header;
                return arguments.AtEnd || Violation("a basic.publish with bytes after its arguments");
            case 60 << 16 | 80: // ack
                return OnAck(channel, arguments.LongLong(), arguments.Octet() == 1);
            case 20 << 16 | 10: // channel.open
                totals.ChannelsOpened++;
                _output.Method(channel.Number, 20, 11, [0, 0, 0, 0]);
                return true;
            case 20 << 16 | 40: // channel.close
                totals.ChannelsClosed++;
                _channels.Remove(channel.Number);
                channel.Consuming = false;
                _recent = null;
                _output.Method(channel.Number, 20, 41, []);
                return true;
            case 85 << 16 | 10: // confirm.select
                channel.Confirms = true;
                _output.Method(channel.Number, 85, 11, []);
                return true;
            case 60 << 16 | 10: // qos
                arguments.Long();
                channel.Prefetch = arguments.Short();
                _output.Method(channel.Number, 60, 11, []);
                return true;
            case 60 << 16 | 20:
                return OnConsume(channel, ref arguments);
            default:
                return OnTopologyMethod(channel, payload, ref arguments);
        }
    }

    private bool OnTopologyMethod(SinkChannel channel, ReadOnlySpan<byte> payload, ref SinkArguments arguments)
    {
        var (classId, method) = (payload[1], payload[3]);
        switch (classId, method)
        {
            case (50, 10): // queue.declare
                arguments.Short();
                byte[] name = SinkOutput.ShortString(arguments.ShortString());
                _output.Method(channel.Number, 50, 11, [.. name, 0, 0, 0, 0, 0, 0, 0, 0]);
                return true;
            case (50, 30) or (50, 40): // purge, delete
                _output.Method(channel.Number, 50, (ushort)(method + 1), [0, 0, 0, 0]);
                return true;
            case (60, 30): // cancel
                channel.Consuming = false;
                _output.Method(channel.Number, 60, 31, SinkOutput.ShortString(arguments.ShortString()));
                return true;
            default:
                return Violation($"an unexpected method {classId}.{method}");
        }
    }

    // A queue named flood.N has no end of messages of N bytes; any other queue echoes what is published on the channel.
    private bool OnConsume(SinkChannel channel, ref SinkArguments arguments)
    {
        arguments.Short();
        var queue = arguments.ShortString();
        var tag = arguments.ShortString();
        channel.ConsumerTag = tag.Length > 0
            ? tag
            : "amq.ctag-" + channel.Number.ToString(CultureInfo.InvariantCulture);
        channel.NoAck = (arguments.Octet() & 2) != 0;
        channel.Consuming = true;
        _output.Method(channel.Number, 60, 21, SinkOutput.ShortString(channel.ConsumerTag));
        if (queue.StartsWith("flood.", StringComparison.Ordinal))
        {
            channel.FloodSize = int.Parse(queue.AsSpan(6), CultureInfo.InvariantCulture);
            channel.Template = SinkOutput.Delivery(
                channel.Number, channel.ConsumerTag, TestBody.Create(channel.FloodSize), FrameMax, out var offset);
            channel.TemplateTagOffset = offset;
            FloodLater(channel);
        }

        return true;
    }

    private bool OnAck(SinkChannel channel, ulong tag, bool multiple)
    {
        if (tag <= channel.AckedTag || tag > channel.LastTag || (!multiple && tag != channel.AckedTag + 1))
        {
            return Violation($"an ack of {tag} where {channel.AckedTag + 1} to {channel.LastTag} were open");
        }

        totals.Acked += (long)(tag - channel.AckedTag);
        channel.AckedTag = tag;
        FloodLater(channel);
        return true;
    }
}
