using Amqp.Engine.Wire;
using FsCheck;

namespace Amqp.Property.Generators;

/// <summary>Field values and tables: every tag, nesting, duplicate keys, corner values.</summary>
public static class FieldGens
{
    /// <summary>Every type octet.</summary>
    public static IReadOnlyList<FieldType> Types { get; } = Enum.GetValues<FieldType>();

    private static readonly float[] Floats =
    [
        0f, -0f, 1.5f, float.MinValue, float.MaxValue, float.Epsilon, float.PositiveInfinity, float.NegativeInfinity,
        BitConverter.UInt32BitsToSingle(0x7FC00001), BitConverter.UInt32BitsToSingle(0xFF812345),
    ];

    private static readonly double[] Doubles =
    [
        0d, -0d, Math.PI, double.MinValue, double.MaxValue, double.Epsilon, double.PositiveInfinity,
        BitConverter.UInt64BitsToDouble(0x7FF8000000000001), BitConverter.UInt64BitsToDouble(0xFFF0123456789ABC),
    ];

    /// <summary>Any value.</summary>
    public static Gen<FieldValue> Value { get; } = Gens.From(draw => MakeValue(draw, 0));

    /// <summary>Any table.</summary>
    public static Gen<FieldTable> Table { get; } = Gens.From(draw => MakeTable(draw));

    /// <summary>A table, at most six levels deep.</summary>
    public static FieldTable MakeTable(Draw draw, int level = 0)
    {
        int count = level == 0 ? draw.Int(0, 1 + (draw.Size / 8)) : draw.Int(0, 3);
        var entries = new List<KeyValuePair<string, FieldValue>>();
        for (var i = 0; i < count; i++)
        {
            bool duplicate = i > 0 && draw.OneIn(6);
            string key = duplicate ? entries[draw.Int(0, i - 1)].Key : draw.Text();
            entries.Add(new(key, MakeValue(draw, level + 1)));
        }

        return new FieldTable(entries);
    }

    /// <summary>A value; containers become rarer with the level.</summary>
    public static FieldValue MakeValue(Draw draw, int level)
    {
        FieldType type = draw.Pick(Types);
        bool container = type is FieldType.Array or FieldType.Table;
        return Make(draw, container && level >= 6 ? FieldType.Void : type, level);
    }

    private static FieldValue Make(Draw draw, FieldType type, int level) => type switch
    {
        FieldType.Boolean => FieldValue.Boolean(draw.OneIn(2)),
        FieldType.Int8 => FieldValue.Int8(unchecked((sbyte)draw.Number())),
        FieldType.UInt8 => FieldValue.UInt8(unchecked((byte)draw.Number())),
        FieldType.Int16 => FieldValue.Int16(unchecked((short)draw.Number())),
        FieldType.UInt16 => FieldValue.UInt16(unchecked((ushort)draw.Number())),
        FieldType.Int32 => FieldValue.Int32(unchecked((int)draw.Number())),
        FieldType.UInt32 => FieldValue.UInt32(unchecked((uint)draw.Number())),
        FieldType.Int64 => FieldValue.Int64(unchecked((long)draw.Number())),
        FieldType.Int64Alt => FieldValue.Int64Alt(unchecked((long)draw.Number())),
        FieldType.Float => FieldValue.Float(
            draw.OneIn(2) ? draw.Pick(Floats) : BitConverter.UInt32BitsToSingle((uint)draw.Bits())),
        FieldType.Double => FieldValue.Double(
            draw.OneIn(2) ? draw.Pick(Doubles) : BitConverter.UInt64BitsToDouble(draw.Bits())),
        FieldType.Decimal => FieldValue.Decimal((byte)draw.Number(), unchecked((int)draw.Number())),
        FieldType.LongString when draw.OneIn(2) => FieldValue.LongString(draw.Text(300)),
        FieldType.LongString => FieldValue.LongString(draw.Bytes(draw.Length(300))),
        FieldType.Bytes => FieldValue.Bytes(draw.Bytes(draw.Length(300))),
        FieldType.Array => FieldValue.Array(draw.List(draw.Int(0, 3), () => MakeValue(draw, level + 1))),
        FieldType.Timestamp => FieldValue.Timestamp(draw.Number()),
        FieldType.Table => FieldValue.Table(MakeTable(draw, level + 1)),
        FieldType.Void => FieldValue.Void,
        _ => throw new InvalidOperationException($"no generator for {type}"),
    };

    /// <summary>Smaller tables: without one entry, or with one value replaced by a smaller one.</summary>
    public static IEnumerable<FieldTable> Shrink(FieldTable table)
    {
        for (var i = 0; i < table.Count; i++)
        {
            yield return new FieldTable(table.Where((_, at) => at != i));
        }

        for (var i = 0; i < table.Count; i++)
        {
            foreach (FieldValue smaller in Shrink(table[i].Value))
            {
                yield return new FieldTable(table.Select((e, at) => at == i ? new(e.Key, smaller) : e));
            }

            if (table[i].Key.Length > 0)
            {
                yield return new FieldTable(table.Select((e, at) => at == i ? new("", e.Value) : e));
            }
        }
    }

    /// <summary>Smaller values: void, what a container holds, and smaller containers.</summary>
    public static IEnumerable<FieldValue> Shrink(FieldValue value)
    {
        if (value.Type == FieldType.Void)
        {
            yield break;
        }

        yield return FieldValue.Void;
        if (value.Type == FieldType.Table)
        {
            foreach (FieldTable smaller in Shrink(value.AsTable()))
            {
                yield return FieldValue.Table(smaller);
            }
        }

        if (value.Type == FieldType.Array)
        {
            var items = value.AsArray();
            for (var i = 0; i < items.Length; i++)
            {
                yield return FieldValue.Array(items.RemoveAt(i));
            }
        }
    }
}
