using System.Buffers;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Wire;

/// <summary>
/// One frame: a view of the input it was read from, valid as long as that is. Copies and allocates nothing.
/// </summary>
public ref struct Frame
{
    internal ReadOnlySequence<byte> Input;
    internal ReadOnlySpan<byte> Span;
    internal int Offset;

    /// <summary>The type.</summary>
    public FrameType Type { readonly get; internal set; }

    /// <summary>The channel; 0 is the connection itself.</summary>
    public ushort Channel { readonly get; internal set; }

    /// <summary>The payload's length in bytes.</summary>
    public int Length { readonly get; internal set; }

    /// <summary>The payload. Prefer <see cref="TryGetSpan"/>, which is cheaper where it succeeds.</summary>
    public readonly ReadOnlySequence<byte> Payload => Input.Slice(Offset, Length);

    /// <summary>The payload as one span; false when it is spread over several segments of the input.</summary>
    /// <param name="span">The payload, or empty.</param>
    public readonly bool TryGetSpan(out ReadOnlySpan<byte> span)
    {
        span = Span;
        return Span.Length == Length;
    }

    /// <summary>Copies the payload.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    public readonly void CopyTo(Span<byte> destination)
    {
        if (Span.Length == Length)
        {
            Span.CopyTo(destination);
        }
        else
        {
            Payload.CopyTo(destination);
        }
    }
}
