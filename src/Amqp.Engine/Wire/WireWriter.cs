using System.Buffers.Binary;
using System.Text;

namespace Amqp.Engine.Wire;

/// <summary>
/// Writes the protocol's primitive types into a span: integers are unsigned and in network byte order (AMQP 0-9-1
/// §4.2.5). A span that is too short is the caller's mistake and throws.
/// </summary>
public ref struct WireWriter
{
    private readonly Span<byte> _output;
    private int _written;

    /// <summary>Writes from the start of <paramref name="output"/>.</summary>
    /// <param name="output">Room for everything that will be written.</param>
    public WireWriter(Span<byte> output) => _output = output;

    /// <summary>How many bytes were written.</summary>
    public readonly int Written => _written;

    /// <summary>Writes an octet.</summary>
    /// <param name="value">The value.</param>
    public void WriteOctet(byte value) => _output[_written++] = value;

    /// <summary>Writes a short integer, 2 bytes.</summary>
    /// <param name="value">The value.</param>
    public void WriteShort(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_output[_written..], value);
        _written += sizeof(ushort);
    }

    /// <summary>Writes a long integer, 4 bytes.</summary>
    /// <param name="value">The value.</param>
    public void WriteLong(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_output[_written..], value);
        _written += sizeof(uint);
    }

    /// <summary>Writes a long long integer, 8 bytes.</summary>
    /// <param name="value">The value.</param>
    public void WriteLongLong(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_output[_written..], value);
        _written += sizeof(ulong);
    }

    /// <summary>Writes a short string in UTF-8: its length in one byte, then its bytes.</summary>
    /// <param name="value">At most 255 bytes of UTF-8.</param>
    /// <exception cref="ArgumentException">The string is longer.</exception>
    public void WriteShortString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Span<byte> rest = _output[(_written + 1)..];

        // Only a string that can be too long has to be measured before it is written.
        if (value.Length > WireSize.AlwaysShortChars)
        {
            WireSize.ShortString(value, nameof(value));
        }

        int length = Encoding.UTF8.GetBytes(value, rest);
        _output[_written] = (byte)length;
        _written += 1 + length;
    }

    /// <summary>Writes a short string that is UTF-8 already.</summary>
    /// <param name="value">At most 255 bytes.</param>
    /// <exception cref="ArgumentException">There are more.</exception>
    public void WriteShortString(ReadOnlySpan<byte> value)
    {
        WireSize.CheckShort(value.Length, nameof(value));
        _output[_written] = (byte)value.Length;
        value.CopyTo(_output[(_written + 1)..]);
        _written += 1 + value.Length;
    }

    /// <summary>Writes a long string: its length in four bytes, then its bytes.</summary>
    /// <param name="value">Any bytes.</param>
    public void WriteLongString(ReadOnlySpan<byte> value)
    {
        WriteLong((uint)value.Length);
        WriteBytes(value);
    }

    /// <summary>Writes a field table: its length in four bytes, then its entries.</summary>
    /// <param name="value">The table.</param>
    public void WriteTable(FieldTable value)
    {
        ArgumentNullException.ThrowIfNull(value);
        WriteLong((uint)value.EncodedLength);
        FieldCodec.Write(ref this, value);
    }

    /// <summary>Writes bytes as they are.</summary>
    /// <param name="value">Any bytes.</param>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(_output[_written..]);
        _written += value.Length;
    }

    /// <summary>Overwrites two bytes written earlier, for flags known only at the end.</summary>
    internal readonly void PatchShort(int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16BigEndian(_output[offset..], value);

    /// <summary>Overwrites four bytes written earlier, for a length known only at the end.</summary>
    internal readonly void PatchLong(int offset, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(_output[offset..], value);
}
