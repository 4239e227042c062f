using System.Buffers;

namespace Amqp.Engine.Events;

/// <summary>The bytes of one body frame, borrowed from the caller's input. The compiler keeps a view from outliving
/// the drain; copy what is to be kept.</summary>
public readonly ref struct BodyView
{
    private readonly ReadOnlySequence<byte> _bytes;

    internal BodyView(in ReadOnlySequence<byte> bytes, int length) => (_bytes, Length) = (bytes, length);

    /// <summary>The number of bytes, from 0 to frame-max − 8.</summary>
    public int Length { get; }

    /// <summary>Copies all bytes to the start of a span.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    /// <exception cref="ArgumentException">The span is too short.</exception>
    public void CopyTo(Span<byte> destination) => _bytes.CopyTo(destination);

    /// <summary>Gives the bytes without a copy when they lie in one piece.</summary>
    /// <param name="span">The bytes; valid until the next event is read.</param>
    /// <returns>False when the bytes lie in several pieces; then <see cref="CopyTo"/> serves.</returns>
    public bool TryGetSpan(out ReadOnlySpan<byte> span)
    {
        span = _bytes.FirstSpan;
        return _bytes.IsSingleSegment;
    }

    /// <summary>Copies the bytes into a new array.</summary>
    /// <returns>An array of <see cref="Length"/> bytes.</returns>
    public byte[] ToArray() => _bytes.ToArray();
}
