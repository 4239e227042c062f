using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Amqp.Engine.Wire;

public readonly partial struct FieldValue
{
    /// <summary>A boolean, <c>t</c>.</summary>
    public static implicit operator FieldValue(bool value) => Boolean(value);

    /// <summary>A signed 32-bit integer, <c>I</c>.</summary>
    public static implicit operator FieldValue(int value) => Int32(value);

    /// <summary>A signed 64-bit integer, <c>l</c>.</summary>
    public static implicit operator FieldValue(long value) => Int64(value);

    /// <summary>A 64-bit number, <c>d</c>.</summary>
    public static implicit operator FieldValue(double value) => Double(value);

    /// <summary>A long string, <c>S</c>.</summary>
    public static implicit operator FieldValue(string value) => LongString(value);

    /// <summary>A nested table, <c>F</c>.</summary>
    public static implicit operator FieldValue(FieldTable value) => Table(value);

    /// <summary>The value of a boolean.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public bool AsBoolean() => TryGetBoolean(out bool value) ? value : throw Wrong("a boolean");

    /// <summary>The value of any integer type or a timestamp.</summary>
    /// <exception cref="InvalidOperationException">It is of another type, or a timestamp beyond 2^63 - 1.</exception>
    public long AsInt64() => TryGetInt64(out long value) ? value : throw Wrong("an integer");

    /// <summary>The value of a float, a double or any integer type.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public double AsDouble() => Type switch
    {
        FieldType.Float => BitConverter.UInt32BitsToSingle((uint)_bits),
        FieldType.Double => BitConverter.Int64BitsToDouble(_bits),
        _ => TryGetInt64(out long value) ? value : throw Wrong("a number"),
    };

    /// <summary>The parts of a decimal: the unscaled integer and how many of its digits follow the point.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public (byte Scale, int Unscaled) AsDecimal() =>
        Type == FieldType.Decimal ? ((byte)(_bits >> 32), unchecked((int)_bits)) : throw Wrong("a decimal");

    /// <summary>A timestamp in seconds since 1970.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public ulong AsTimestamp() =>
        Type == FieldType.Timestamp ? unchecked((ulong)_bits) : throw Wrong("a timestamp");

    /// <summary>The text of a long string or of bytes; what is not UTF-8 becomes U+FFFD.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public string AsString() => TryGetString(out string? value) ? value : throw Wrong("a string");

    /// <summary>The bytes of a long string or of bytes; not to be changed.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public ReadOnlyMemory<byte> AsBytes() =>
        Type is FieldType.LongString or FieldType.Bytes ? RawBytes : throw Wrong("a string");

    /// <summary>The elements of an array.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public ImmutableArray<FieldValue> AsArray() =>
        Type == FieldType.Array ? ImmutableCollectionsMarshal.AsImmutableArray(RawArray) : throw Wrong("an array");

    /// <summary>The nested table.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public FieldTable AsTable() => Type == FieldType.Table ? RawTable : throw Wrong("a table");

    /// <summary>The value, if it is a boolean.</summary>
    /// <param name="value">The value, or false.</param>
    public bool TryGetBoolean(out bool value)
    {
        value = Type == FieldType.Boolean && _bits != 0;
        return Type == FieldType.Boolean;
    }

    /// <summary>The value, if it is of an integer type or a timestamp up to 2^63 - 1.</summary>
    /// <param name="value">The value, or 0.</param>
    public bool TryGetInt64(out long value)
    {
        bool isInteger = Type switch
        {
            FieldType.Int8 or FieldType.UInt8 or FieldType.Int16 or FieldType.UInt16 or FieldType.Int32
                or FieldType.UInt32 or FieldType.Int64 or FieldType.Int64Alt => true,
            FieldType.Timestamp => _bits >= 0,
            _ => false,
        };
        value = isInteger ? _bits : 0;
        return isInteger;
    }

    /// <summary>The text, if it is a long string or bytes; what is not UTF-8 becomes U+FFFD.</summary>
    /// <param name="value">The text, or null.</param>
    public bool TryGetString([NotNullWhen(true)] out string? value)
    {
        value = Type is FieldType.LongString or FieldType.Bytes ? Encoding.UTF8.GetString(RawBytes) : null;
        return value is not null;
    }

    /// <summary>The nested table, if it is one.</summary>
    /// <param name="value">The table, or null.</param>
    public bool TryGetTable([NotNullWhen(true)] out FieldTable? value)
    {
        value = Type == FieldType.Table ? RawTable : null;
        return value is not null;
    }

    /// <summary>The value for people: strings quoted, bytes as hexadecimal digits.</summary>
    public override string ToString()
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        return Type switch
        {
            FieldType.Void => "void",
            FieldType.Boolean => _bits != 0 ? "true" : "false",
            FieldType.Float => BitConverter.UInt32BitsToSingle((uint)_bits).ToString("R", culture) + "f",
            FieldType.Double => BitConverter.Int64BitsToDouble(_bits).ToString("R", culture),
            FieldType.Decimal => string.Create(culture, $"{unchecked((int)_bits)}e-{_bits >> 32}"),
            FieldType.LongString => "\"" + Encoding.UTF8.GetString(RawBytes) + "\"",
            FieldType.Bytes => "x'" + Convert.ToHexString(RawBytes) + "'",
            FieldType.Array => "[" + string.Join(", ", RawArray) + "]",
            FieldType.Table => RawTable.ToString(),
            FieldType.Timestamp => string.Create(culture, $"@{unchecked((ulong)_bits)}"),
            _ => _bits.ToString(culture),
        };
    }

    private InvalidOperationException Wrong(string wanted) => new($"A field value of type {Type} is not {wanted}.");
}
