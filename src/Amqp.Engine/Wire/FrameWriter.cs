using System.Buffers;
using System.Buffers.Binary;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Wire;

/// <summary>
/// Appends whole frames to a writer (AMQP 0-9-1 §4.2.3). Nothing is appended when an argument cannot be encoded.
/// Steady-state use allocates nothing. Not synchronized: one caller at a time for each writer.
/// </summary>
public static partial class FrameWriter
{
    /// <summary>The bytes of a frame that are not payload: 7 before and 1 after it.</summary>
    public const int Overhead = 8;

    /// <summary>The octet that ends every frame.</summary>
    public const byte FrameEnd = 0xCE;

    private const int HeaderLength = 7;

    // Up to here a body chunk shares one buffer request with what surrounds it; a longer one is copied piece by piece
    // into whatever the writer has, so that the writer never has to find a huge contiguous block.
    private const int SmallBody = 16 * 1024;

    /// <summary>The 8 bytes that open a connection: AMQP, 0, 0-9-1 (AMQP 0-9-1 §4.2.2).</summary>
    public static ReadOnlySpan<byte> ProtocolHeader => "AMQP\u0000\u0000\u0009\u0001"u8;

    /// <summary>Appends the protocol header.</summary>
    /// <param name="output">Where to.</param>
    public static void WriteProtocolHeader(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.Write(ProtocolHeader);
    }

    /// <summary>Appends a method frame.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="channel">The channel; 0 for methods of class connection.</param>
    /// <param name="method">The method.</param>
    /// <exception cref="ArgumentException">A short string is longer than 255 bytes; nothing was appended.</exception>
    public static void WriteMethod(IBufferWriter<byte> output, ushort channel, AmqpMethod method)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(method);
        int length = method.PayloadLength;
        Span<byte> span = output.GetSpan(length + Overhead);
        BeginFrame(span, FrameType.Method, channel, length);
        var writer = new WireWriter(span.Slice(HeaderLength, length));
        method.WritePayload(ref writer);
        span[HeaderLength + length] = FrameEnd;
        output.Advance(length + Overhead);
    }

    /// <summary>Appends a header frame for content of class basic.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="properties">The properties.</param>
    /// <param name="bodySize">The length of the body in bytes.</param>
    /// <exception cref="ArgumentException">A string is longer than 255 bytes; nothing was appended.</exception>
    public static void WriteHeader(
        IBufferWriter<byte> output,
        ushort channel,
        BasicProperties properties,
        ulong bodySize)
    {
        ArgumentNullException.ThrowIfNull(output);
        int length = ContentHeader.Length(properties);
        Span<byte> span = output.GetSpan(length + Overhead);
        output.Advance(PutHeader(span, channel, properties, bodySize));
    }

    /// <summary>
    /// Appends a body as frames of at most <paramref name="maxFrameSize"/> bytes; an empty body as none.
    /// </summary>
    /// <param name="output">Where to.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="body">The body.</param>
    /// <param name="maxFrameSize">The negotiated frame size in bytes, overhead included; more than 8.</param>
    public static void WriteBody(
        IBufferWriter<byte> output,
        ushort channel,
        in ReadOnlySequence<byte> body,
        int maxFrameSize)
    {
        if (body.IsSingleSegment)
        {
            WriteBody(output, channel, body.FirstSpan, maxFrameSize);
            return;
        }

        CheckFrameSize(maxFrameSize);
        ArgumentNullException.ThrowIfNull(output);
        int most = maxFrameSize - Overhead;
        ReadOnlySequence<byte> rest = body;
        while (!rest.IsEmpty)
        {
            int length = (int)Math.Min(rest.Length, most);
            PutFrameStart(output, channel, length);
            foreach (ReadOnlyMemory<byte> piece in rest.Slice(0, length))
            {
                output.Write(piece.Span);
            }

            PutFrameEnd(output);
            rest = rest.Slice(length);
        }
    }

    /// <summary>
    /// Appends a body as frames of at most <paramref name="maxFrameSize"/> bytes; an empty body as none.
    /// </summary>
    /// <param name="output">Where to.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="body">The body.</param>
    /// <param name="maxFrameSize">The negotiated frame size in bytes, overhead included; more than 8.</param>
    public static void WriteBody(
        IBufferWriter<byte> output,
        ushort channel,
        ReadOnlySpan<byte> body,
        int maxFrameSize)
    {
        ArgumentNullException.ThrowIfNull(output);
        CheckFrameSize(maxFrameSize);
        int most = maxFrameSize - Overhead;
        while (!body.IsEmpty)
        {
            int length = Math.Min(body.Length, most);
            if (length <= SmallBody)
            {
                output.Advance(PutBody(output.GetSpan(length + Overhead), channel, body[..length]));
            }
            else
            {
                PutFrameStart(output, channel, length);
                output.Write(body[..length]);
                PutFrameEnd(output);
            }

            body = body[length..];
        }
    }

    /// <summary>Appends a heartbeat frame (AMQP 0-9-1 §4.2.7).</summary>
    /// <param name="output">Where to.</param>
    public static void WriteHeartbeat(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        Span<byte> span = output.GetSpan(Overhead);
        BeginFrame(span, FrameType.Heartbeat, 0, 0);
        span[HeaderLength] = FrameEnd;
        output.Advance(Overhead);
    }

    private static void BeginFrame(Span<byte> span, FrameType type, ushort channel, int length)
    {
        span[0] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], channel);
        BinaryPrimitives.WriteUInt32BigEndian(span[3..], (uint)length);
    }

    private static int PutHeader(Span<byte> span, ushort channel, BasicProperties properties, ulong bodySize)
    {
        var writer = new WireWriter(span[HeaderLength..]);
        ContentHeader.Write(ref writer, properties, bodySize);
        BeginFrame(span, FrameType.Header, channel, writer.Written);
        span[HeaderLength + writer.Written] = FrameEnd;
        return writer.Written + Overhead;
    }

    private static int PutBody(Span<byte> span, ushort channel, ReadOnlySpan<byte> body)
    {
        BeginFrame(span, FrameType.Body, channel, body.Length);
        body.CopyTo(span[HeaderLength..]);
        span[HeaderLength + body.Length] = FrameEnd;
        return body.Length + Overhead;
    }

    private static void PutFrameStart(IBufferWriter<byte> output, ushort channel, int length)
    {
        BeginFrame(output.GetSpan(HeaderLength), FrameType.Body, channel, length);
        output.Advance(HeaderLength);
    }

    private static void PutFrameEnd(IBufferWriter<byte> output)
    {
        output.GetSpan(1)[0] = FrameEnd;
        output.Advance(1);
    }

    private static void CheckFrameSize(int maxFrameSize) =>
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maxFrameSize, Overhead);
}
