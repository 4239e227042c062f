using System.Text;
using Amqp.Engine.Base;

namespace Amqp.Engine.Wire;

/// <summary>
/// One value of a field table with its wire type, which is kept as it came: a float stays a float, and <c>l</c> and
/// <c>L</c> stay apart. Immutable. Equality compares type and value, numbers with a fraction by their bits.
/// <c>default</c> is <see cref="Void"/>.
/// </summary>
public readonly partial struct FieldValue : IEquatable<FieldValue>
{
    private readonly object? _object;
    private readonly long _bits;
    private readonly FieldType _type;

    internal FieldValue(FieldType type, long bits)
    {
        _type = type;
        _bits = bits;
    }

    // The array is the value's own from here on.
    internal FieldValue(FieldType type, object value)
    {
        _type = type;
        _object = value;
    }

    /// <summary>The wire type.</summary>
    public FieldType Type => _type == 0 ? FieldType.Void : _type;

    /// <summary>The value of type <c>V</c>.</summary>
    public static FieldValue Void => default;

    /// <summary>The raw bits of a number, a boolean or a timestamp.</summary>
    internal long Bits => _bits;

    /// <summary>The bytes of <c>S</c> and <c>x</c>.</summary>
    internal byte[] RawBytes => (byte[])_object!;

    /// <summary>The elements of <c>A</c>.</summary>
    internal FieldValue[] RawArray => (FieldValue[])_object!;

    /// <summary>The table of <c>F</c>.</summary>
    internal FieldTable RawTable => (FieldTable)_object!;

    /// <summary>A boolean, <c>t</c>.</summary>
    public static FieldValue Boolean(bool value) => new(FieldType.Boolean, value ? 1 : 0);

    /// <summary>A signed octet, <c>b</c>.</summary>
    public static FieldValue Int8(sbyte value) => new(FieldType.Int8, value);

    /// <summary>An unsigned octet, <c>B</c>.</summary>
    public static FieldValue UInt8(byte value) => new(FieldType.UInt8, value);

    /// <summary>A signed 16-bit integer, <c>s</c>.</summary>
    public static FieldValue Int16(short value) => new(FieldType.Int16, value);

    /// <summary>An unsigned 16-bit integer, <c>u</c>.</summary>
    public static FieldValue UInt16(ushort value) => new(FieldType.UInt16, value);

    /// <summary>A signed 32-bit integer, <c>I</c>.</summary>
    public static FieldValue Int32(int value) => new(FieldType.Int32, value);

    /// <summary>An unsigned 32-bit integer, <c>i</c>.</summary>
    public static FieldValue UInt32(uint value) => new(FieldType.UInt32, value);

    /// <summary>A signed 64-bit integer, <c>l</c>.</summary>
    public static FieldValue Int64(long value) => new(FieldType.Int64, value);

    /// <summary>A signed 64-bit integer under the letter <c>L</c>.</summary>
    public static FieldValue Int64Alt(long value) => new(FieldType.Int64Alt, value);

    /// <summary>A 32-bit number, <c>f</c>.</summary>
    public static FieldValue Float(float value) => new(FieldType.Float, BitConverter.SingleToUInt32Bits(value));

    /// <summary>A 64-bit number, <c>d</c>.</summary>
    public static FieldValue Double(double value) => new(FieldType.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A decimal, <c>D</c>: <paramref name="unscaled"/> × 10^-<paramref name="scale"/>.</summary>
    public static FieldValue Decimal(byte scale, int unscaled) =>
        new(FieldType.Decimal, ((long)scale << 32) | (uint)unscaled);

    /// <summary>A long string, <c>S</c>, of the text's UTF-8 bytes.</summary>
    public static FieldValue LongString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new FieldValue(FieldType.LongString, Encoding.UTF8.GetBytes(value));
    }

    /// <summary>A long string, <c>S</c>, of a copy of the bytes, which need not be UTF-8.</summary>
    public static FieldValue LongString(ReadOnlyMemory<byte> value) => new(FieldType.LongString, value.ToArray());

    /// <summary>Bytes, <c>x</c>; copied.</summary>
    public static FieldValue Bytes(ReadOnlyMemory<byte> value) => new(FieldType.Bytes, value.ToArray());

    /// <summary>An array, <c>A</c>; copied.</summary>
    /// <exception cref="ArgumentException">It nests deeper than 128 levels, or is longer than 2 GiB.</exception>
    public static FieldValue Array(IEnumerable<FieldValue> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        FieldValue[] array = [.. values];
        var value = new FieldValue(FieldType.Array, array);
        if (FieldCodec.Depth(value) > AmqpLimits.HighestTableDepth)
        {
            throw new ArgumentException($"Arrays nest at most {AmqpLimits.HighestTableDepth} deep.", nameof(values));
        }

        if (FieldCodec.Length(value) > int.MaxValue)
        {
            throw new ArgumentException("The array is too long.", nameof(values));
        }

        return value;
    }

    /// <summary>An array, <c>A</c>; copied.</summary>
    /// <exception cref="ArgumentException">It nests deeper than 128 levels, or is longer than 2 GiB.</exception>
    public static FieldValue Array(params FieldValue[] values) => Array((IEnumerable<FieldValue>)values);

    /// <summary>A timestamp, <c>T</c>, in seconds since 1970.</summary>
    public static FieldValue Timestamp(ulong seconds) => new(FieldType.Timestamp, unchecked((long)seconds));

    /// <summary>A nested table, <c>F</c>.</summary>
    public static FieldValue Table(FieldTable value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new FieldValue(FieldType.Table, value);
    }

    /// <inheritdoc/>
    public bool Equals(FieldValue other) => Type == other.Type && Type switch
    {
        FieldType.LongString or FieldType.Bytes => RawBytes.AsSpan().SequenceEqual(other.RawBytes),
        FieldType.Array => RawArray.AsSpan().SequenceEqual(other.RawArray),
        FieldType.Table => RawTable.Equals(other.RawTable),
        _ => _bits == other._bits,
    };

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is FieldValue other && Equals(other);

    /// <summary>Whether both have the same type and value.</summary>
    public static bool operator ==(FieldValue left, FieldValue right) => left.Equals(right);

    /// <summary>Whether type or value differ.</summary>
    public static bool operator !=(FieldValue left, FieldValue right) => !left.Equals(right);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        hash.Add((byte)Type);
        switch (Type)
        {
            case FieldType.LongString or FieldType.Bytes:
                hash.AddBytes(RawBytes);
                break;
            case FieldType.Array:
                foreach (FieldValue element in RawArray)
                {
                    hash.Add(element.GetHashCode());
                }

                break;
            case FieldType.Table:
                hash.Add(RawTable.GetHashCode());
                break;
            default:
                hash.Add(_bits);
                break;
        }

        return hash.ToHashCode();
    }
}
