using Amqp.Engine.Spec;

namespace Amqp.Engine.Wire;

/// <summary>
/// The wire form of field values: sizes and writing. Recursion is at most 128 deep, which the types ensure.
/// </summary>
internal static partial class FieldCodec
{
    /// <summary>The bytes of a value with its type tag.</summary>
    public static long Length(in FieldValue value) => value.Type switch
    {
        FieldType.Void => 1,
        FieldType.Boolean or FieldType.Int8 or FieldType.UInt8 => 2,
        FieldType.Int16 or FieldType.UInt16 => 3,
        FieldType.Int32 or FieldType.UInt32 or FieldType.Float => 5,
        FieldType.Decimal => 6,
        FieldType.LongString or FieldType.Bytes => 5L + value.RawBytes.Length,
        FieldType.Array => 5L + ArrayLength(value.RawArray),
        FieldType.Table => 5L + value.RawTable.EncodedLength,
        _ => 9,
    };

    /// <summary>How many levels a value adds: 0 for what holds no other values.</summary>
    public static int Depth(in FieldValue value)
    {
        if (value.Type == FieldType.Table)
        {
            return value.RawTable.Depth;
        }

        if (value.Type != FieldType.Array)
        {
            return 0;
        }

        int deepest = 0;
        foreach (ref readonly FieldValue element in value.RawArray.AsSpan())
        {
            deepest = Math.Max(deepest, Depth(element));
        }

        return 1 + deepest;
    }

    /// <summary>Writes a table's entries, without their length.</summary>
    public static void Write(ref WireWriter writer, FieldTable table)
    {
        for (int i = 0; i < table.Count; i++)
        {
            KeyValuePair<string, FieldValue> entry = table[i];
            writer.WriteShortString(entry.Key);
            Write(ref writer, entry.Value);
        }
    }

    private static void Write(ref WireWriter writer, in FieldValue value)
    {
        writer.WriteOctet((byte)value.Type);
        switch (value.Type)
        {
            case FieldType.Void:
                break;
            case FieldType.Boolean or FieldType.Int8 or FieldType.UInt8:
                writer.WriteOctet(unchecked((byte)value.Bits));
                break;
            case FieldType.Int16 or FieldType.UInt16:
                writer.WriteShort(unchecked((ushort)value.Bits));
                break;
            case FieldType.Int32 or FieldType.UInt32 or FieldType.Float:
                writer.WriteLong(unchecked((uint)value.Bits));
                break;
            case FieldType.Decimal:
                writer.WriteOctet((byte)(value.Bits >> 32));
                writer.WriteLong(unchecked((uint)value.Bits));
                break;
            case FieldType.LongString or FieldType.Bytes:
                writer.WriteLongString(value.RawBytes);
                break;
            case FieldType.Array:
                writer.WriteLong((uint)ArrayLength(value.RawArray));
                foreach (ref readonly FieldValue element in value.RawArray.AsSpan())
                {
                    Write(ref writer, element);
                }

                break;
            case FieldType.Table:
                writer.WriteTable(value.RawTable);
                break;
            default:
                writer.WriteLongLong(unchecked((ulong)value.Bits));
                break;
        }
    }

    private static long ArrayLength(FieldValue[] array)
    {
        long length = 0;
        foreach (ref readonly FieldValue element in array.AsSpan())
        {
            length += Length(element);
        }

        return length;
    }
}
