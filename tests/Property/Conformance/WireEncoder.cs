using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Amqp.Property.Conformance;

/// <summary>Writes what a scenario says, right or wrong, as the octets it means.</summary>
internal static class WireEncoder
{
    public static byte[] Frame(int type, int channel, byte[] payload, int end = 206)
    {
        var frame = new byte[payload.Length + 8];
        frame[0] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)channel);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(3), (uint)payload.Length);
        payload.CopyTo(frame, 7);
        frame[^1] = (byte)end;
        return frame;
    }

    public static byte[] Method(int channel, string name, JsonObject? args)
    {
        var method = WireTable.ByName[name];
        foreach (var pair in args ?? [])
        {
            if (method.Arguments.All(each => each.Name != pair.Key))
            {
                throw new ScenarioException($"{name} has no argument {pair.Key}");
            }
        }

        using var payload = new MemoryStream();
        Integer(payload, 2, (ulong)method.ClassId);
        Integer(payload, 2, (ulong)method.MethodId);
        var bits = 0;
        var count = 0;
        foreach (var field in method.Arguments)
        {
            var value = args?[field.Name];
            if (field.Type == 'b')
            {
                bits |= (value?.GetValue<bool>() ?? false ? 1 : 0) << count++;
                continue;
            }

            FlushBits(payload, ref bits, ref count);
            var isCloseCode = field.Name == "reply-code" && name.EndsWith(".close", StringComparison.Ordinal);
            Field(payload, field.Type, value ?? (isCloseCode ? 200 : null));
        }

        FlushBits(payload, ref bits, ref count);
        return Frame(1, channel, payload.ToArray());
    }

    public static byte[] Header(int channel, ulong size, JsonObject? properties, int classId = 60, int weight = 0)
    {
        using var values = new MemoryStream();
        var flags = 0;
        for (var i = 0; i < WireTable.Properties.Count; i++)
        {
            var field = WireTable.Properties[i];
            if (properties is not null && properties.TryGetPropertyValue(field.Name, out var value))
            {
                flags |= 1 << (15 - i);
                Field(values, field.Type, value);
            }
        }

        using var payload = new MemoryStream();
        Integer(payload, 2, (ulong)classId);
        Integer(payload, 2, (ulong)weight);
        Integer(payload, 8, size);
        Integer(payload, 2, (ulong)flags);
        payload.Write(values.ToArray());
        return Frame(2, channel, payload.ToArray());
    }

    /// <summary>A text, {"hex": …}, or {"fill": text, "len": n}: the text again and again up to n characters.</summary>
    public static byte[] Octets(JsonNode? value) => value switch
    {
        null => [],
        JsonObject map when map.ContainsKey("hex") => Convert.FromHexString((string)map["hex"]!),
        JsonObject map => Fill((string)map["fill"]!, (int)map["len"]!),
        _ when value.GetValueKind() == JsonValueKind.String => Encoding.UTF8.GetBytes((string)value!),
        _ => Encoding.UTF8.GetBytes(value.ToJsonString()),
    };

    private static byte[] Fill(string text, int length)
    {
        var filled = new StringBuilder(length + text.Length);
        while (filled.Length < length)
        {
            filled.Append(text);
        }

        return Encoding.UTF8.GetBytes(filled.ToString(0, length));
    }

    private static void FlushBits(MemoryStream payload, ref int bits, ref int count)
    {
        if (count > 0)
        {
            payload.WriteByte((byte)bits);
            bits = count = 0;
        }
    }

    private static void Field(MemoryStream output, char type, JsonNode? value)
    {
        switch (type)
        {
            case '$':
                var text = Octets(value);
                output.WriteByte(checked((byte)text.Length));
                output.Write(text);
                break;
            case 'S':
                LongString(output, Octets(value));
                break;
            case 'T':
                Table(output, value as JsonObject ?? []);
                break;
            default:
                var width = type switch { 'o' => 1, 's' => 2, 'l' => 4, _ => 8 };
                Integer(output, width, value is null ? 0 : Unsigned(value));
                break;
        }
    }

    private static void Table(MemoryStream output, JsonObject table)
    {
        using var body = new MemoryStream();
        if (table.Count == 1 && table["$raw"] is { } raw)
        {
            body.Write(Convert.FromHexString((string)raw!));
        }
        else
        {
            foreach (var (key, value) in table)
            {
                var name = Encoding.UTF8.GetBytes(key);
                body.WriteByte(checked((byte)name.Length));
                body.Write(name);
                Value(body, value);
            }
        }

        LongString(output, body.ToArray());
    }

    /// <summary>[type, value], or a plain JSON value for the common types.</summary>
    private static void Value(MemoryStream output, JsonNode? value)
    {
        if (value is JsonArray pair)
        {
            Typed(output, ((string)pair[0]!), pair[1]);
            return;
        }

        switch (value?.GetValueKind() ?? JsonValueKind.Null)
        {
            case JsonValueKind.True or JsonValueKind.False:
                Typed(output, "t", value);
                break;
            case JsonValueKind.Number when value!.ToJsonString().AsSpan().IndexOfAny(".eE") >= 0:
                Typed(output, "d", value);
                break;
            case JsonValueKind.Number:
                Typed(output, Signed(value) is >= int.MinValue and <= int.MaxValue ? "I" : "l", value);
                break;
            case JsonValueKind.String:
                Typed(output, "S", value);
                break;
            case JsonValueKind.Object:
                Typed(output, "F", value);
                break;
            default:
                Typed(output, "V", null);
                break;
        }
    }

    private static void Typed(MemoryStream output, string type, JsonNode? value)
    {
        if (type == "raw")
        {
            output.Write(Convert.FromHexString((string)value!));
            return;
        }

        output.WriteByte((byte)type[0]);
        switch (type[0])
        {
            case 't':
                output.WriteByte(value!.GetValue<bool>() ? (byte)1 : (byte)0);
                break;
            case 'b' or 's' or 'I' or 'l':
                Integer(output, Width(type[0]), (ulong)Signed(value!));
                break;
            case 'B' or 'u' or 'i' or 'L' or 'T':
                Integer(output, Width(type[0]), Unsigned(value!));
                break;
            case 'f':
                Integer(output, 4, BitConverter.SingleToUInt32Bits((float)Real(value!)));
                break;
            case 'd':
                Integer(output, 8, BitConverter.DoubleToUInt64Bits(Real(value!)));
                break;
            case 'D':
                Integer(output, 1, Unsigned(value![0]!));
                Integer(output, 4, Unsigned(value[1]!));
                break;
            case 'S':
                LongString(output, Octets(value));
                break;
            case 'x':
                LongString(output, Convert.FromHexString((string)value!));
                break;
            case 'A':
                using (var items = new MemoryStream())
                {
                    foreach (var item in value!.AsArray())
                    {
                        Value(items, item);
                    }

                    LongString(output, items.ToArray());
                }

                break;
            case 'F':
                Table(output, value!.AsObject());
                break;
            default:
                break;
        }
    }

    // A node says what type its number was made from and converts to no other: its text is all the same.
    private static ulong Unsigned(JsonNode value) =>
        ulong.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    private static long Signed(JsonNode value) => long.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    private static double Real(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);

    private static int Width(char type) => type switch
    {
        'b' or 'B' => 1,
        's' or 'u' => 2,
        'I' or 'i' => 4,
        _ => 8,
    };

    private static void LongString(MemoryStream output, byte[] octets)
    {
        Integer(output, 4, (ulong)octets.Length);
        output.Write(octets);
    }

    private static void Integer(MemoryStream output, int width, ulong value)
    {
        for (var shift = (width - 1) * 8; shift >= 0; shift -= 8)
        {
            output.WriteByte((byte)(value >> shift));
        }
    }
}
