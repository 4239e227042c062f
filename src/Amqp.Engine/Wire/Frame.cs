using System.Buffers;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Wire;

/// <summary>
/// One frame: a view of the input it was read from, valid as long as that is. Copies and allocates nothing.
/// </summary>
public readonly ref struct Frame
{
    private readonly ReadOnlySequence<byte> _input;
    private readonly ReadOnlySpan<byte> _span;
    private readonly int _offset;

    internal Frame(
        FrameType type,
        ushort channel,
        scoped in ReadOnlySequence<byte> input,
        ReadOnlySpan<byte> span,
        int offset,
        int length)
    {
        Type = type;
        Channel = channel;
        Length = length;
        _input = input;
        _span = span;
        _offset = offset;
    }

    /// <summary>The type.</summary>
    public FrameType Type { get; }

    /// <summary>The channel; 0 is the connection itself.</summary>
    public ushort Channel { get; }

    /// <summary>The payload's length in bytes.</summary>
    public int Length { get; }

    /// <summary>The payload. Prefer <see cref="TryGetSpan"/>, which is cheaper where it succeeds.</summary>
    public ReadOnlySequence<byte> Payload => _input.Slice(_offset, Length);

    /// <summary>The payload as one span; false when it is spread over several segments of the input.</summary>
    /// <param name="span">The payload, or empty.</param>
    public bool TryGetSpan(out ReadOnlySpan<byte> span)
    {
        span = _span;
        return _span.Length == Length;
    }

    /// <summary>Copies the payload.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    public void CopyTo(Span<byte> destination)
    {
        if (_span.Length == Length)
        {
            _span.CopyTo(destination);
        }
        else
        {
            Payload.CopyTo(destination);
        }
    }
}
