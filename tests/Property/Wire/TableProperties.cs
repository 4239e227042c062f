using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A9: the limits on tables hold to the entry, and the corner cases follow the written policy.</summary>
public sealed class TableProperties
{
    /// <summary>Nesting up to the limit is read; one level more is refused. Arrays count like tables.</summary>
    [Fact]
    public void A9_Depth_limit_holds_to_the_level() =>
        Props.ForAll("A9.depth", Gens.From(d => (Limit: d.Int(1, 128), Levels: d.Int(1, 140), Kinds: d.Bits())), c =>
        {
            AmqpLimits limits = AmqpLimits.Default with { MaxTableDepth = c.Limit };
            Decides(Nested(c.Levels, c.Kinds), limits, c.Levels <= c.Limit);
            Decides(Nested(c.Limit, c.Kinds), limits, true);
            Decides(Nested(c.Limit + 1, c.Kinds), limits, false);
        });

    /// <summary>As many values as allowed are read, those of all levels together; one more is refused.</summary>
    [Fact]
    public void A9_Entry_limit_holds_to_the_entry()
    {
        Distribution seen = new("at the limit", "one over", "under");
        Props.ForAll("A9.entries", Gens.From(draw =>
        {
            FieldTable table = FieldGens.MakeTable(draw);
            int count = Count(table);
            return (Table: table, Count: count, Limit: Math.Max(0, count + draw.Pick(-2, -1, 0, 1)));
        }), c =>
        {
            AmqpLimits limits = AmqpLimits.Default with { MaxTableEntries = c.Limit };
            Decides(EngineTree.Encode(c.Table), limits, c.Count <= c.Limit);
            seen.Case();
            seen.Saw("at the limit", c.Count == c.Limit);
            seen.Saw("one over", c.Count == c.Limit + 1);
            seen.Saw("under", c.Count < c.Limit);
        });
        seen.Require("A9.entries", 10);
    }

    /// <summary>A length that reaches past the end is refused, and takes no memory for what it claims.</summary>
    [Fact]
    public void A9_Lengths_past_the_end_are_refused()
    {
        byte[] claim = [1, (byte)'k', 0, 0xFF, 0xFF, 0xFF, 0xFF];
        Decides(claim, AmqpLimits.Default, false); // warms up
        foreach (char tag in "SxAF")
        {
            foreach (uint length in (uint[])[1, 2, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFB, 0xFFFFFFFF])
            {
                byte[] body = [1, (byte)'k', (byte)tag, .. Four(length)];
                long before = GC.GetAllocatedBytesForCurrentThread();
                Assert.False(FieldTable.TryRead(body, AmqpLimits.Default, out _, out WireError error));
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4096);
                Assert.Equal(ReplyCode.SyntaxError, error.Code);
            }
        }
    }

    /// <summary>Every octet that is no field type is refused; every one that is, is read.</summary>
    [Fact]
    public void A9_Unknown_type_octets_are_refused()
    {
        for (var tag = 0; tag < 256; tag++)
        {
            byte[] value = (char)tag switch
            {
                't' or 'b' or 'B' => new byte[1],
                's' or 'u' => new byte[2],
                'I' or 'i' or 'f' or 'S' or 'x' or 'A' or 'F' => new byte[4],
                'D' => new byte[5],
                'l' or 'L' or 'd' or 'T' => new byte[8],
                _ => [],
            };
            Decides([0, (byte)tag, .. value], AmqpLimits.Default, "tbBsuIilLfdDSxATFV".Contains((char)tag));
        }
    }

    /// <summary>The written policy, case by case.</summary>
    [Fact]
    public void A9_Corner_values_follow_the_written_policy()
    {
        FieldTable duplicates = Read([1, (byte)'k', (byte)'b', 1, 1, (byte)'k', (byte)'b', 2]);
        Assert.Equal([1L, 2L], duplicates.Select(e => e.Value.AsInt64()));
        Assert.True(duplicates.TryGet("k", out FieldValue first) && first.AsInt64() == 1);

        Assert.Equal(-128, Read([0, (byte)'b', 0x80])[0].Value.AsInt64());
        Assert.Equal(255, Read([0, (byte)'B', 0xFF])[0].Value.AsInt64());
        Assert.Equal(-1, Read([0, (byte)'s', 0xFF, 0xFF])[0].Value.AsInt64());
        Assert.Equal(-1, Read([0, (byte)'I', 0xFF, 0xFF, 0xFF, 0xFF])[0].Value.AsInt64());
        Assert.Equal(uint.MaxValue, Read([0, (byte)'i', 0xFF, 0xFF, 0xFF, 0xFF])[0].Value.AsInt64());
        Assert.Equal((255, -2), Read([0, (byte)'D', 0xFF, 0xFF, 0xFF, 0xFF, 0xFE])[0].Value.AsDecimal());
        FieldValue late = Read([0, (byte)'T', .. Enumerable.Repeat((byte)0xFF, 8)])[0].Value;
        Assert.Equal(ulong.MaxValue, late.AsTimestamp());
        Assert.Throws<InvalidOperationException>(() => late.AsInt64());

        // Any octet but 0 is true, and is written as 1.
        FieldTable truth = Read([0, (byte)'t', 0x80]);
        Assert.True(truth[0].Value.AsBoolean());
        Assert.Equal([0, (byte)'t', 1], EngineTree.Encode(truth));

        // Long strings are octets; names are text, and text is UTF-8.
        FieldTable octets = Read([0, (byte)'S', 0, 0, 0, 2, 0xFF, 0xFE]);
        Assert.Equal([0xFF, 0xFE], octets[0].Value.AsBytes().ToArray());
        Decides([1, 0xFF, (byte)'V'], AmqpLimits.Default, false);
        Decides([2, 0xC0, 0x80, (byte)'V'], AmqpLimits.Default, false); // overlong NUL
        Decides([3, 0xED, 0xA0, 0x80, (byte)'V'], AmqpLimits.Default, false); // half a surrogate pair
        Decides([1, 0x00, (byte)'V'], AmqpLimits.Default, true);
        Decides([], AmqpLimits.Default, true);
        Decides([0], AmqpLimits.Default, false);
    }

    /// <summary>Text that a short string cannot hold is refused before a byte is written.</summary>
    [Fact]
    public void A9_Short_strings_over_255_bytes_are_refused()
    {
        string longest = new('ü', 127);
        Assert.Equal(1 + 254 + 1, FieldTable.Create((longest, FieldValue.Void)).EncodedLength);
        Assert.Throws<ArgumentException>(() => FieldTable.Create((longest + "ü", FieldValue.Void)));
        Assert.Throws<ArgumentException>(() => new BasicGet { Queue = longest + "ü" }.PayloadLength);
        Assert.Throws<ArgumentException>(() => new BasicProperties { Type = new string('a', 256) }.EncodedLength);
        var output = new SegmentedWriter();
        var tooLong = new BasicGet { Queue = new('a', 256) };
        Assert.Throws<ArgumentException>(() => FrameWriter.WriteMethod(output, 1, tooLong));
        Assert.Equal(0, output.Length);
    }

    private static FieldTable Read(byte[] body) => Decode.Table(body);

    // The engine decides as expected, the reference decoder too.
    private static void Decides(byte[] body, AmqpLimits limits, bool accepts)
    {
        bool read = FieldTable.TryRead(body, limits, out _, out WireError error);
        Assert.True(read == accepts, $"{(read ? "accepted" : error.Text)}: {Convert.ToHexString(body)}");
        Assert.Equal(accepts ? 0 : ReplyCode.SyntaxError, error.Code);
        var slow = new RefLimits(limits.MaxTableDepth, limits.MaxTableEntries);
        if (accepts)
        {
            RefDecoder.Table(body, slow);
        }
        else
        {
            Assert.Throws<RefException>(() => RefDecoder.Table(body, slow));
        }
    }

    private static byte[] Nested(int levels, ulong kinds)
    {
        byte[] body = [];
        for (int level = levels; level > 1; level--)
        {
            // Whether this level is a table decides how what surrounds it names it: entries have names, items have
            // none.
            bool parentIsTable = level == 2 || (kinds >> ((level - 1) % 64) & 1) == 0;
            bool isTable = (kinds >> (level % 64) & 1) == 0;
            byte[] value = [(byte)(isTable ? 'F' : 'A'), .. Four((uint)body.Length), .. body];
            body = parentIsTable ? [0, .. value] : value;
        }

        return body;
    }

    private static byte[] Four(uint value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static int Count(FieldTable table) => table.Sum(e => Count(e.Value));

    private static int Count(FieldValue value) => 1 + value.Type switch
    {
        FieldType.Table => Count(value.AsTable()),
        FieldType.Array => value.AsArray().Sum(Count),
        _ => 0,
    };
}
