using System.Buffers.Binary;
using System.Text;

namespace Amqp.Compare.Sink;

/// <summary>The bytes a connection has still to send, and the few frames the sink writes.</summary>
internal sealed class SinkOutput
{
    private byte[] _buffer = new byte[512 * 1024];
    private int _start;
    private int _end;

    /// <summary>How many bytes wait.</summary>
    public int Length => _end - _start;

    /// <summary>The bytes that wait.</summary>
    public ReadOnlySpan<byte> Pending => _buffer.AsSpan(_start, Length);

    /// <summary>Drops bytes that were sent.</summary>
    public void Advance(int count)
    {
        _start += count;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }

    /// <summary>Room for more bytes, counted as written.</summary>
    public Span<byte> Take(int count)
    {
        if (_buffer.Length - _end < count)
        {
            var bigger = _buffer.Length - Length < count
                ? new byte[Math.Max(_buffer.Length * 2, Length + count)]
                : _buffer;
            Pending.CopyTo(bigger);
            (_buffer, _end, _start) = (bigger, Length, 0);
        }

        _end += count;
        return _buffer.AsSpan(_end - count, count);
    }

    // A method frame:
    //   octet 1 | short channel | long size | short class | short method | arguments | octet 0xCE
    /// <summary>Appends a method frame whose arguments are ready (AMQP 0-9-1 section 4.2.4).</summary>
    public void Method(ushort channel, ushort classId, ushort methodId, ReadOnlySpan<byte> arguments)
    {
        var frame = Take(12 + arguments.Length);
        frame[0] = 1;
        BinaryPrimitives.WriteUInt16BigEndian(frame[1..], channel);
        BinaryPrimitives.WriteInt32BigEndian(frame[3..], 4 + arguments.Length);
        BinaryPrimitives.WriteUInt16BigEndian(frame[7..], classId);
        BinaryPrimitives.WriteUInt16BigEndian(frame[9..], methodId);
        arguments.CopyTo(frame[11..]);
        frame[^1] = 0xCE;
    }

    /// <summary>Appends a multiple basic.ack up to a sequence number.</summary>
    public void ConfirmUpTo(ushort channel, ulong sequence)
    {
        Span<byte> arguments = stackalloc byte[9];
        BinaryPrimitives.WriteUInt64BigEndian(arguments, sequence);
        arguments[8] = 1;
        Method(channel, 60, 80, arguments);
    }

    /// <summary>A short string, ready to be an argument.</summary>
    public static byte[] ShortString(string text) =>
        [(byte)Encoding.UTF8.GetByteCount(text), .. Encoding.UTF8.GetBytes(text)];

    /// <summary>A whole message for a consumer: basic.deliver, content header, body frames.</summary>
    public static byte[] Delivery(ushort channel, string tag, ReadOnlySpan<byte> body, int frameMax, out int tagOffset)
    {
        var output = new SinkOutput();
        byte[] consumerTag = ShortString(tag);
        output.Method(
            channel, 60, 60, [.. consumerTag, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. ShortString(""), .. ShortString("bench")]);
        tagOffset = 11 + consumerTag.Length;

        var header = output.Take(22);
        header.Clear();
        header[0] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(header[1..], channel);
        BinaryPrimitives.WriteInt32BigEndian(header[3..], 14);
        BinaryPrimitives.WriteUInt16BigEndian(header[7..], 60);
        BinaryPrimitives.WriteInt64BigEndian(header[11..], body.Length);
        header[^1] = 0xCE;

        while (!body.IsEmpty)
        {
            var part = body[..Math.Min(body.Length, frameMax - 8)];
            var frame = output.Take(part.Length + 8);
            frame[0] = 3;
            BinaryPrimitives.WriteUInt16BigEndian(frame[1..], channel);
            BinaryPrimitives.WriteInt32BigEndian(frame[3..], part.Length);
            part.CopyTo(frame[7..]);
            frame[^1] = 0xCE;
            body = body[part.Length..];
        }

        return output.Pending.ToArray();
    }
}
