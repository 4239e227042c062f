using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Wire;

// frame, AMQP 0-9-1 §4.2.3
//   0         1             3          7                 7+size
// ┌──────────┬─────────────┬──────────┬─────────────────┬───────────────┐
// │ type (1) │ channel (2) │ size (4) │ payload (size)  │ 0xCE (1)      │
// └──────────┴─────────────┴──────────┴─────────────────┴───────────────┘
//   1 method, 2 header, 3 body, 8 heartbeat               frame end

/// <summary>
/// Cuts frames out of received bytes. Allocates nothing. A frame that is too long is refused on its first 7 bytes,
/// before the rest is there; an unknown type on its first. After <see cref="FrameReadStatus.Malformed"/> the reader
/// stays where it is.
/// </summary>
public ref struct FrameReader
{
    private const int HeaderLength = 7;

    private readonly int _maxPayloadSize;
    private ReadOnlySequence<byte> _rest;
    private ReadOnlySpan<byte> _segment;
    private int _offset;

    /// <summary>Reads from the start of <paramref name="input"/>.</summary>
    /// <param name="input">Received bytes; borrowed by the reader and its frames.</param>
    /// <param name="maxPayloadSize">The longest payload to accept, in bytes: the frame size less 8.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxPayloadSize"/> is negative.</exception>
    public FrameReader(scoped in ReadOnlySequence<byte> input, int maxPayloadSize)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxPayloadSize);
        _maxPayloadSize = maxPayloadSize;
        _rest = input;
        _segment = input.FirstSpan;
    }

    /// <summary>What was wrong, after <see cref="FrameReadStatus.Malformed"/>; 501.</summary>
    public WireError Error { readonly get; private set; }

    internal readonly long Unread => _rest.IsSingleSegment ? _segment.Length - _offset : _rest.Length - _offset;

    /// <summary>The position after the last whole frame.</summary>
    public readonly SequencePosition Consumed => _rest.GetPosition(_offset);

    /// <summary>Reads the next frame.</summary>
    /// <param name="frame">The frame, when the status is <see cref="FrameReadStatus.Complete"/>.</param>
    public FrameReadStatus TryRead(out Frame frame)
    {
        ReadOnlySpan<byte> span = _segment[_offset..];
        if (span.Length < HeaderLength + 1)
        {
            return TryReadAcross(out frame);
        }

        uint size = BinaryPrimitives.ReadUInt32BigEndian(span[3..]);
        if (!IsKnown(span[0]) || size > (uint)_maxPayloadSize)
        {
            frame = default;
            return Refuse(span);
        }

        if (size > (uint)(span.Length - HeaderLength - 1))
        {
            return TryReadAcross(out frame);
        }

        int length = (int)size;
        if (span[HeaderLength + length] != FrameWriter.FrameEnd)
        {
            frame = default;
            return RefuseEnd(span);
        }

        // Field by field: a copy of a frame that was just built would read wide what was written narrow, and stall.
        Unsafe.SkipInit(out frame);
        frame.Type = (FrameType)span[0];
        frame.Channel = BinaryPrimitives.ReadUInt16BigEndian(span[1..]);
        frame.Length = length;
        frame.Input = _rest;
        frame.Span = span.Slice(HeaderLength, length);
        frame.Offset = _offset + HeaderLength;
        _offset += HeaderLength + length + 1;
        return FrameReadStatus.Complete;
    }

    // The frame is not wholly in the current segment: it is in several, or in the next, or not all there.
    private FrameReadStatus TryReadAcross(out Frame frame)
    {
        frame = default;
        if (_offset == _segment.Length && _rest.IsSingleSegment)
        {
            return FrameReadStatus.NeedMoreData;
        }

        if (_offset > 0)
        {
            _rest = _rest.Slice(_offset);
            _segment = _rest.FirstSpan;
            _offset = 0;
        }

        long available = _rest.Length;
        Span<byte> header = stackalloc byte[HeaderLength];
        header.Clear();
        _rest.Slice(0, Math.Min(available, HeaderLength)).CopyTo(header);
        if (available < HeaderLength)
        {
            return available == 0 || IsKnown(header[0]) ? FrameReadStatus.NeedMoreData : Refuse(header);
        }

        uint size = BinaryPrimitives.ReadUInt32BigEndian(header[3..]);
        if (!IsKnown(header[0]) || size > (uint)_maxPayloadSize)
        {
            return Refuse(header);
        }

        if (available < HeaderLength + (long)size + 1)
        {
            return FrameReadStatus.NeedMoreData;
        }

        ReadOnlySequence<byte> tail = _rest.Slice(HeaderLength + (long)size);
        if (FirstByte(tail) != FrameWriter.FrameEnd)
        {
            return RefuseEnd(header);
        }

        ReadOnlySequence<byte> payload = _rest.Slice(HeaderLength, size);
        ReadOnlySpan<byte> span = payload.IsSingleSegment ? payload.FirstSpan : default;
        frame.Type = (FrameType)header[0];
        frame.Channel = BinaryPrimitives.ReadUInt16BigEndian(header[1..]);
        frame.Length = (int)size;
        frame.Input = payload;
        frame.Span = span;
        _rest = tail.Slice(1);
        _segment = _rest.FirstSpan;
        return FrameReadStatus.Complete;
    }

    private FrameReadStatus Refuse(scoped ReadOnlySpan<byte> header)
    {
        ushort channel = BinaryPrimitives.ReadUInt16BigEndian(header[1..]);
        uint size = BinaryPrimitives.ReadUInt32BigEndian(header[3..]);
        Error = new WireError(
            ReplyCode.FrameError,
            IsKnown(header[0])
                ? $"a payload of {size} bytes on channel {channel} where {_maxPayloadSize} are allowed"
                : $"unknown frame type {header[0]}");
        return FrameReadStatus.Malformed;
    }

    private FrameReadStatus RefuseEnd(scoped ReadOnlySpan<byte> header)
    {
        ushort channel = BinaryPrimitives.ReadUInt16BigEndian(header[1..]);
        uint size = BinaryPrimitives.ReadUInt32BigEndian(header[3..]);
        Error = new WireError(
            ReplyCode.FrameError,
            $"no frame end after a frame of type {header[0]} and {size} bytes on channel {channel}");
        return FrameReadStatus.Malformed;
    }

    private static byte FirstByte(in ReadOnlySequence<byte> sequence)
    {
        Span<byte> first = stackalloc byte[1];
        sequence.Slice(0, 1).CopyTo(first);
        return first[0];
    }

    // Types 1, 2, 3 and 8 as bits of one number: a test without branches.
    private static bool IsKnown(byte type) => type <= 8 && ((0b1_0000_1110 >> type) & 1) != 0;
}
