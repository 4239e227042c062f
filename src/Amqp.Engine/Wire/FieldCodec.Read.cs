using System.Diagnostics.CodeAnalysis;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Wire;

// field table, AMQP 0-9-1 §4.2.5.5
// ┌────────────┬─────────────────────┬─────────┬───────────────┬───
// │ length (4) │ name (short string) │ tag (1) │ value, by tag │ …
// └────────────┴─────────────────────┴─────────┴───────────────┴───
//              └───────────────────── length bytes ────────────────
// field array: the same without names
// ┌────────────┬─────────┬───────────────┬───
// │ length (4) │ tag (1) │ value, by tag │ …
// └────────────┴─────────┴───────────────┴───

/// <summary>Reading. Lists grow with what was really read, so that a claimed length alone allocates nothing.</summary>
internal static partial class FieldCodec
{
    /// <summary>Reads a table's entries, without their length.</summary>
    public static bool TryRead(
        ReadOnlySpan<byte> body,
        AmqpLimits limits,
        [NotNullWhen(true)] out FieldTable? table,
        out WireError error)
    {
        int entriesLeft = limits.MaxTableEntries;
        int depthLeft = Math.Min(limits.MaxTableDepth, AmqpLimits.HighestTableDepth);
        if (!TryReadTable(body, depthLeft, ref entriesLeft, out table, out string? fault))
        {
            return WireFaults.Syntax(fault, out error);
        }

        error = default;
        return true;
    }

    /// <summary>Reads a table argument of a method, its length first.</summary>
    public static bool TryReadArgument(
        ref WireReader reader,
        AmqpLimits limits,
        MethodId method,
        string argument,
        out FieldTable table,
        out WireError error)
    {
        table = FieldTable.Empty;
        int offset = reader.Consumed + 4;
        if (!reader.TryReadLongString(out ReadOnlySpan<byte> body))
        {
            return WireFaults.Argument(in reader, method, argument, out error);
        }

        if (body.IsEmpty)
        {
            error = default;
            return true;
        }

        if (TryRead(body, limits, out FieldTable? read, out error))
        {
            table = read;
            return true;
        }

        string text = $"{error.Text} in {argument} of {method.Name()}, which starts at offset {offset}";
        error = new WireError(ReplyCode.SyntaxError, text, method);
        return false;
    }

    private static bool TryReadTable(
        ReadOnlySpan<byte> body,
        int depthLeft,
        ref int entriesLeft,
        [NotNullWhen(true)] out FieldTable? table,
        [NotNullWhen(false)] out string? fault)
    {
        table = null;
        if (depthLeft == 0)
        {
            fault = "a field table is too deep";
            return false;
        }

        var reader = new WireReader(body);
        var entries = default(GrowingList<KeyValuePair<string, FieldValue>>);
        while (reader.Remaining > 0)
        {
            int offset = reader.Consumed;
            if (!reader.TryReadShortString(out string key))
            {
                fault = reader.Fault == WireFault.InvalidUtf8
                    ? $"invalid UTF-8 in a field name at offset {offset} of a table"
                    : $"the bytes end in a field name at offset {offset} of a table";
                return false;
            }

            if (!TryReadValue(ref reader, depthLeft, ref entriesLeft, out FieldValue value, out fault))
            {
                return false;
            }

            entries.Add(new(key, value));
        }

        table = FieldTable.Own(entries.ToArray());
        fault = null;
        return true;
    }

    private static bool TryReadArray(
        ReadOnlySpan<byte> body,
        int depthLeft,
        ref int entriesLeft,
        out FieldValue array,
        [NotNullWhen(false)] out string? fault)
    {
        array = default;
        if (depthLeft == 0)
        {
            fault = "a field array is too deep";
            return false;
        }

        var reader = new WireReader(body);
        var elements = default(GrowingList<FieldValue>);
        while (reader.Remaining > 0)
        {
            if (!TryReadValue(ref reader, depthLeft, ref entriesLeft, out FieldValue element, out fault))
            {
                return false;
            }

            elements.Add(element);
        }

        array = new FieldValue(FieldType.Array, elements.ToArray());
        fault = null;
        return true;
    }

    private static bool TryReadValue(
        ref WireReader reader,
        int depthLeft,
        ref int entriesLeft,
        out FieldValue value,
        [NotNullWhen(false)] out string? fault)
    {
        value = default;
        int offset = reader.Consumed;
        if (--entriesLeft < 0)
        {
            fault = "a field table has too many entries";
            return false;
        }

        fault = null;
        if (!reader.TryReadOctet(out byte tag))
        {
            fault = $"the bytes end before a field's type at offset {offset} of a table";
            return false;
        }

        var type = (FieldType)tag;
        bool isRead;
        if (type is FieldType.Table or FieldType.Array)
        {
            isRead = reader.TryReadLongString(out ReadOnlySpan<byte> body);
            if (isRead && type == FieldType.Array)
            {
                return TryReadArray(body, depthLeft - 1, ref entriesLeft, out value, out fault);
            }

            if (isRead)
            {
                isRead = TryReadTable(body, depthLeft - 1, ref entriesLeft, out FieldTable? table, out fault);
                value = isRead ? new FieldValue(FieldType.Table, table!) : default;
                return isRead;
            }
        }
        else
        {
            isRead = TryReadFlat(ref reader, type, out value, ref fault);
        }

        fault = isRead
            ? null
            : fault ?? $"the bytes end in a field of type '{(char)tag}' at offset {offset} of a table";
        return isRead;
    }

    private static bool TryReadFlat(ref WireReader reader, FieldType type, out FieldValue value, ref string? fault)
    {
        byte octet = 0;
        ushort small = 0;
        uint middle = 0;
        ulong large = 0;
        ReadOnlySpan<byte> bytes = default;
        (bool isRead, long bits) = type switch
        {
            FieldType.Void => (true, 0),
            FieldType.Boolean => (reader.TryReadOctet(out octet), octet != 0 ? 1 : 0),
            FieldType.Int8 => (reader.TryReadOctet(out octet), unchecked((sbyte)octet)),
            FieldType.UInt8 => (reader.TryReadOctet(out octet), octet),
            FieldType.Int16 => (reader.TryReadShort(out small), unchecked((short)small)),
            FieldType.UInt16 => (reader.TryReadShort(out small), small),
            FieldType.Int32 => (reader.TryReadLong(out middle), unchecked((int)middle)),
            FieldType.UInt32 or FieldType.Float => (reader.TryReadLong(out middle), middle),
            FieldType.Int64 or FieldType.Int64Alt or FieldType.Double or FieldType.Timestamp =>
                (reader.TryReadLongLong(out large), unchecked((long)large)),
            FieldType.Decimal => (reader.TryReadOctet(out octet) & reader.TryReadLong(out middle),
                ((long)octet << 32) | middle),
            FieldType.LongString or FieldType.Bytes => (reader.TryReadLongString(out bytes), 0L),
            _ => (false, -1L),
        };

        value = default;
        if (!isRead)
        {
            fault = bits < 0 ? $"unknown field type {(byte)type} at offset {reader.Consumed - 1} of a table" : null;
            return false;
        }

        value = type is FieldType.LongString or FieldType.Bytes
            ? new FieldValue(type, bytes.ToArray())
            : new FieldValue(type, bits);
        return true;
    }
}
