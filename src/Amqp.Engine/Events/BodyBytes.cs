namespace Amqp.Engine.Events;

/// <summary>Owned bytes that compare by value.</summary>
/// <param name="bytes">The bytes, which must not change any more.</param>
public readonly struct BodyBytes(ReadOnlyMemory<byte> bytes) : IEquatable<BodyBytes>
{
    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>Compares by content.</summary>
    /// <param name="left">One side.</param>
    /// <param name="right">The other side.</param>
    public static bool operator ==(BodyBytes left, BodyBytes right) => left.Equals(right);

    /// <summary>Compares by content.</summary>
    /// <param name="left">One side.</param>
    /// <param name="right">The other side.</param>
    public static bool operator !=(BodyBytes left, BodyBytes right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(BodyBytes other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BodyBytes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    /// <summary>The bytes in hexadecimal.</summary>
    /// <returns>Two digits a byte.</returns>
    public override string ToString() => Convert.ToHexStringLower(Bytes.Span);
}
