using System.Text;

namespace Amqp.Engine.Wire;

/// <summary>
/// The protocol's long string: any bytes, most often UTF-8 text. Compares by bytes. The memory it was made from must
/// not change afterwards; what the readers make is a copy of its own.
/// </summary>
public readonly struct LongString : IEquatable<LongString>
{
    /// <summary>Wraps bytes without copying them.</summary>
    /// <param name="bytes">The bytes; the caller does not change them any more.</param>
    public LongString(ReadOnlyMemory<byte> bytes) => Bytes = bytes;

    /// <summary>No bytes.</summary>
    public static LongString Empty => default;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Span => Bytes.Span;

    /// <summary>How many bytes there are.</summary>
    public int Length => Bytes.Length;

    /// <summary>The text's UTF-8 bytes.</summary>
    /// <param name="text">Any text.</param>
    public static implicit operator LongString(string text) => FromString(text);

    /// <summary>Whether both have the same bytes.</summary>
    public static bool operator ==(LongString left, LongString right) => left.Equals(right);

    /// <summary>Whether their bytes differ.</summary>
    public static bool operator !=(LongString left, LongString right) => !left.Equals(right);

    /// <summary>The text's UTF-8 bytes.</summary>
    /// <param name="text">Any text.</param>
    public static LongString FromString(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 0 ? default : new LongString(Encoding.UTF8.GetBytes(text));
    }

    /// <inheritdoc/>
    public bool Equals(LongString other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LongString other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>The bytes as text; what is not UTF-8 becomes U+FFFD.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Span);
}
