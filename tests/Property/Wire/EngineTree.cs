using System.Reflection;
using System.Text;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>Turns what the engine decoded into the reference codec's trees, so that both can be compared.</summary>
internal static class EngineTree
{
    /// <summary>The tree of a method; its arguments are found by their names in the reference listing.</summary>
    public static RefMethod Of(AmqpMethod method)
    {
        RefMethodSpec spec = RefSpec.Find((int)((uint)method.Id >> 16), (int)((uint)method.Id & 0xFFFF))
            ?? throw new InvalidOperationException($"the specification has no {method.Id}");
        var properties = MethodGens.Arguments(method.GetType()).ToList();
        Assert.True(spec.Fields.Count == properties.Count, $"{spec.Name} has {properties.Count} arguments here");
        return new RefMethod(spec, [.. spec.Fields.Select(f => new RefArg(f, Value(f, Find(properties, f), method)))]);
    }

    /// <summary>The tree of properties that are present, in wire order.</summary>
    public static List<RefArg> Of(BasicProperties properties)
    {
        List<PropertyInfo> all = [.. MethodGens.Arguments(typeof(BasicProperties))];
        Assert.Equal(RefSpec.Properties.Count, all.Count);
        return
        [
            .. RefSpec.Properties
                .Where(f => Find(all, f).GetValue(properties) is not null)
                .Select(f => new RefArg(f, Value(f, Find(all, f), properties))),
        ];
    }

    /// <summary>The tree of a table.</summary>
    public static List<RefEntry> Of(FieldTable table) =>
        [.. table.Select(e => new RefEntry(Encoding.UTF8.GetBytes(e.Key), Of(e.Value)))];

    /// <summary>The tree of a value, read through the public accessors.</summary>
    public static RefValue Of(FieldValue value) => new((char)value.Type, value.Type switch
    {
        FieldType.Void => null,
        FieldType.Boolean => value.AsBoolean() ? 1UL : 0UL,
        FieldType.Int8 or FieldType.UInt8 => (ulong)(byte)value.AsInt64(),
        FieldType.Int16 or FieldType.UInt16 => (ulong)(ushort)value.AsInt64(),
        FieldType.Int32 or FieldType.UInt32 => (ulong)(uint)value.AsInt64(),
        FieldType.Int64 or FieldType.Int64Alt => (ulong)value.AsInt64(),
        FieldType.Timestamp => value.AsTimestamp(),
        FieldType.Float => FloatBits(value),
        FieldType.Double => BitConverter.DoubleToUInt64Bits(value.AsDouble()),
        FieldType.Decimal => ((ulong)value.AsDecimal().Scale << 32) | (uint)value.AsDecimal().Unscaled,
        FieldType.LongString or FieldType.Bytes => value.AsBytes().ToArray(),
        FieldType.Array => value.AsArray().Select(Of).ToList(),
        FieldType.Table => Of(value.AsTable()),
        _ => throw new InvalidOperationException($"no type {value.Type}"),
    });

    // AsDouble widens, and widening a signalling NaN quiets it on some machines; the engine's own octets tell the bits.
    private static object FloatBits(FieldValue value)
    {
        byte[] octets = Encode(FieldTable.Create(("", value)));
        ulong bits = 0;
        for (int i = octets.Length - 4; i < octets.Length; i++)
        {
            bits = (bits << 8) | octets[i];
        }

        return bits;
    }

    /// <summary>A table's entries as the engine writes them, without the length in front.</summary>
    public static byte[] Encode(FieldTable table)
    {
        var octets = new byte[table.EncodedLength + 4];
        var writer = new WireWriter(octets);
        writer.WriteTable(table);
        Assert.Equal(octets.Length, writer.Written);
        return octets[4..];
    }

    /// <summary>A method's payload as the engine writes it.</summary>
    public static byte[] Encode(AmqpMethod method)
    {
        var octets = new byte[method.PayloadLength];
        var writer = new WireWriter(octets);
        method.WritePayload(ref writer);
        Assert.Equal(octets.Length, writer.Written);
        return octets;
    }

    /// <summary>A content header's payload as the engine writes it.</summary>
    public static byte[] Encode(BasicProperties properties, ulong bodySize)
    {
        var octets = new byte[ContentHeader.Length(properties)];
        var writer = new WireWriter(octets);
        ContentHeader.Write(ref writer, properties, bodySize);
        Assert.Equal(octets.Length, writer.Written);
        return octets;
    }

    private static PropertyInfo Find(IEnumerable<PropertyInfo> properties, RefField field)
    {
        string name = field.Name.Replace("-", "", StringComparison.Ordinal);
        return properties.Single(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private static object Value(RefField field, PropertyInfo property, object owner) => property.GetValue(owner) switch
    {
        bool bit => bit,
        string text => Encoding.UTF8.GetBytes(text),
        LongString text => text.Span.ToArray(),
        FieldTable table => Of(table),
        byte number => (ulong)number,
        ushort number => (ulong)number,
        uint number => (ulong)number,
        ulong number => number,
        var other => throw new InvalidOperationException($"{field.Name} is a {other?.GetType()}"),
    };
}
