using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Amqp.Property.Conformance;

/// <summary>Reads what a broker sent into the form in which the scenarios write events.</summary>
internal ref struct WireDecoder(ReadOnlySpan<byte> input)
{
    private static readonly UTF8Encoding Strict = new(false, true);

    private ReadOnlySpan<byte> _rest = input;

    public static (WireMethod? Method, JsonObject Event) Method(ReadOnlySpan<byte> payload)
    {
        var reader = new WireDecoder(payload);
        var ids = ((int)reader.Integer(2), (int)reader.Integer(2));
        var args = new JsonObject();
        if (!WireTable.ById.TryGetValue(ids, out var method))
        {
            args["hex"] = Convert.ToHexStringLower(payload[4..]);
            return (null, new JsonObject { ["m"] = $"unknown.{ids.Item1}.{ids.Item2}", ["args"] = args });
        }

        var bits = 0UL;
        var used = 8;
        foreach (var field in method.Arguments)
        {
            if (field.Type != 'b')
            {
                used = 8;
                args[field.Name] = reader.Field(field.Type);
                continue;
            }

            if (used == 8)
            {
                bits = reader.Integer(1);
                used = 0;
            }

            args[field.Name] = ((bits >> used++) & 1) == 1;
        }

        return (method, new JsonObject { ["m"] = method.Name, ["args"] = args });
    }

    public static (ulong Size, JsonObject Properties) Header(ReadOnlySpan<byte> payload)
    {
        var reader = new WireDecoder(payload);
        reader.Integer(4);
        var size = reader.Integer(8);
        var flags = (int)reader.Integer(2);
        var properties = new JsonObject();
        for (var i = 0; i < WireTable.Properties.Count; i++)
        {
            var field = WireTable.Properties[i];
            if ((flags & (1 << (15 - i))) != 0)
            {
                properties[field.Name] = reader.Field(field.Type);
            }
        }

        return (size, properties);
    }

    /// <summary>
    /// A body as events show it: printable text up to 256 octets, hex up to 64, else length and SHA-1.
    /// </summary>
    public static JsonNode Body(byte[] octets)
    {
        if (octets.Length <= 256 && TryText(octets) is { } text && text.EnumerateRunes().All(IsPrintable))
        {
            return text;
        }

        return octets.Length <= 64
            ? new JsonObject { ["hex"] = Convert.ToHexStringLower(octets) }
            : new JsonObject { ["len"] = octets.Length, ["sha1"] = Sha1(octets) };
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);

    // The scenarios were recorded with SHA-1; it tells bodies apart here and protects nothing.
#pragma warning disable CA5350
    private static string Sha1(byte[] octets) => Convert.ToHexStringLower(SHA1.HashData(octets));
#pragma warning restore CA5350

    private static string? TryText(ReadOnlySpan<byte> octets)
    {
        try
        {
            return Strict.GetString(octets);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static JsonNode Text(ReadOnlySpan<byte> octets) =>
        TryText(octets) is { } text
            ? JsonValue.Create(text)
            : new JsonObject { ["hex"] = Convert.ToHexStringLower(octets) };

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw new ScenarioException("the broker sent a field that is cut off");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    private ulong Integer(int width)
    {
        var value = 0UL;
        foreach (var octet in Take((ulong)width))
        {
            value = (value << 8) | octet;
        }

        return value;
    }

    private JsonNode Field(char type) => type switch
    {
        '$' => Text(Take(Integer(1))),
        'S' => Text(Take(Integer(4))),
        'T' => Table(),
        'o' => Integer(1),
        's' => Integer(2),
        'l' => Integer(4),
        _ => Integer(8),
    };

    private JsonObject Table()
    {
        var reader = new WireDecoder(Take(Integer(4)));
        var table = new JsonObject();
        while (reader._rest.Length > 0)
        {
            var name = Encoding.UTF8.GetString(reader.Take(reader.Integer(1)));
            var key = name;
            for (var n = 2; table.ContainsKey(key); n++)
            {
                key = $"{name}#{n}";
            }

            table[key] = reader.Value();
        }

        return table;
    }

    private JsonArray Value()
    {
        var type = (char)Integer(1);
        JsonNode? value = type switch
        {
            't' => Integer(1) != 0,
            'b' => (sbyte)Integer(1),
            'B' => Integer(1),
            's' => (short)Integer(2),
            'u' => Integer(2),
            'I' => (int)Integer(4),
            'i' => Integer(4),
            'l' => (long)Integer(8),
            'L' or 'T' => Integer(8),
            'f' => Real(BinaryPrimitives.ReadSingleBigEndian(Take(4))),
            'd' => Real(BinaryPrimitives.ReadDoubleBigEndian(Take(8))),
            'D' => new JsonArray(Integer(1), Integer(4)),
            'S' => Text(Take(Integer(4))),
            'x' => Convert.ToHexStringLower(Take(Integer(4))),
            'A' => Items(),
            'F' => Table(),
            'V' => null,
            _ => throw new ScenarioException($"the broker sent a field of type '{type}'"),
        };
        return new JsonArray(type.ToString(), value);
    }

    private JsonArray Items()
    {
        var reader = new WireDecoder(Take(Integer(4)));
        var items = new JsonArray();
        while (reader._rest.Length > 0)
        {
            items.Add((JsonNode)reader.Value());
        }

        return items;
    }

    private static JsonNode Real(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return JsonNode.Parse(text.AsSpan().IndexOfAny(".E") < 0 ? text + ".0" : text)!;
    }
}
