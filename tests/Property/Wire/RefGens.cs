using System.Text;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;

namespace Amqp.Property.Wire;

/// <summary>Random trees of the reference codec: what a peer may send, made without the engine.</summary>
internal static class RefGens
{
    private const string Tags = "tbBsuIilLfdDSxATFV";

    /// <summary>Any method of the listing.</summary>
    public static RefMethod Method(Draw draw) => Method(draw, draw.Pick(RefSpec.Methods));

    /// <summary>This method, with any arguments.</summary>
    public static RefMethod Method(Draw draw, RefMethodSpec spec) =>
        new(spec, [.. spec.Fields.Select(f => new RefArg(f, Argument(draw, f.Type)))]);

    /// <summary>A content header with any subset of the properties.</summary>
    public static RefHeader Header(Draw draw)
    {
        ulong present = draw.Bits();
        var chosen = RefSpec.Properties.Where((_, i) => (present >> i & 1) == 1);
        return new RefHeader(60, draw.Number(), [.. chosen.Select(f => new RefArg(f, Argument(draw, f.Type)))]);
    }

    /// <summary>A table.</summary>
    public static List<RefEntry> Table(Draw draw, int level = 0) =>
    [
        .. draw.List(
            draw.Int(0, level == 0 ? 1 + (draw.Size / 10) : 2),
            () => new RefEntry(Encoding.UTF8.GetBytes(draw.Text()), Value(draw, level + 1))),
    ];

    /// <summary>Any frame: mostly of a kind that decodes, with a random channel.</summary>
    public static RefFrame Frame(Draw draw)
    {
        int channel = draw.Pick(0, 1, 2, 65535);
        return draw.Int(0, 9) switch
        {
            < 4 => new RefFrame(1, channel, RefEncoder.Method(Method(draw))),
            < 6 => new RefFrame(2, channel, RefEncoder.Header(Header(draw))),
            < 8 => new RefFrame(3, channel, draw.Bytes(draw.Length(300))),
            8 => new RefFrame(8, 0, []),
            _ => new RefFrame(draw.Pick(1, 2, 3, 8), channel, draw.Bytes(draw.Length(40))),
        };
    }

    /// <summary>A row of frames.</summary>
    public static byte[] Frames(Draw draw) => RefEncoder.Frames(draw.List(draw.Int(0, 6), () => Frame(draw)));

    private static object Argument(Draw draw, string type) => type switch
    {
        "octet" => draw.Number() & 0xFF,
        "short" => draw.Number() & 0xFFFF,
        "long" => draw.Number() & 0xFFFFFFFF,
        "longlong" => draw.Number(),
        "bit" => draw.OneIn(2),
        "shortstr" => Encoding.UTF8.GetBytes(draw.Text()),
        "longstr" => draw.Bytes(draw.Length(300)),
        "table" => Table(draw),
        _ => throw new InvalidOperationException($"no generator for {type}"),
    };

    private static RefValue Value(Draw draw, int level)
    {
        char tag = Tags[draw.Int(0, Tags.Length - 1)];
        tag = level >= 5 && (tag is 'A' or 'F') ? 'V' : tag;
        return new RefValue(tag, tag switch
        {
            'V' => null,
            't' => draw.Number() & 1,
            'b' or 'B' => draw.Number() & 0xFF,
            's' or 'u' => draw.Number() & 0xFFFF,
            'I' or 'i' or 'f' => draw.Number() & 0xFFFFFFFF,
            'l' or 'L' or 'd' or 'T' => draw.Number(),
            'D' => draw.Number() & 0xFF_FFFF_FFFF,
            'S' or 'x' => draw.Bytes(draw.Length(300)),
            'A' => draw.List(draw.Int(0, 3), () => Value(draw, level + 1)).ToList(),
            _ => Table(draw, level),
        });
    }
}
