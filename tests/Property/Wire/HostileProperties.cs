using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using FsCheck;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A6: hostile bytes give a documented result, no exception, and take memory in proportion.</summary>
public sealed class HostileProperties
{
    // What an error text and its record may take.
    private const int Fixed = 16 * 1024;

    // A table entry of two octets becomes 32 bytes of entry; growing lists hold it up to three times.
    private const int PerOctet = 160;

    private static Gen<byte[]> Bytes { get; } = Gens.From(draw => draw.Int(0, 5) switch
    {
        0 => draw.Bytes(draw.Length(2000)),
        1 => Mutations.Mutate(draw, RefGens.Frames(draw)),
        2 => Mutations.Mutate(draw, RefEncoder.Method(RefGens.Method(draw))),
        3 => Mutations.Mutate(draw, RefEncoder.Header(RefGens.Header(draw))),
        4 => Bomb(draw),
        _ => [.. Bomb(draw), .. draw.Bytes(draw.Length(50))],
    });

    /// <summary>Every decoder of the engine on the same bytes.</summary>
    [Fact]
    public void A6_Decoders_refuse_or_read_hostile_bytes_and_stay_small()
    {
        Distribution seen = new("some decoder reads them", "a table is refused");
        Warm();
        Props.ForAll("A6.decoders", Bytes, bytes =>
        {
            var read = false;
            read |= Bounded(bytes, b => AmqpMethod.TryRead(b, AmqpLimits.Default, out _, out _));
            read |= Bounded(bytes, b => BasicProperties.TryRead(b, AmqpLimits.Default, out _, out _));
            bool table = Bounded(bytes, b => FieldTable.TryRead(b, AmqpLimits.Default, out _, out _));
            read |= Bounded(bytes, b => ContentHeader.TryRead(b, out _, out _, out _, out _));
            read |= Bounded(bytes, b => BasicDeliverView.TryRead(b, out _, out _));
            read |= Bounded(bytes, b => Frames(b) > 0);
            seen.Case();
            seen.Saw("some decoder reads them", read || table);
            seen.Saw("a table is refused", !table);
        }, Mutations.Shrink, cases: 3000);
        seen.Require("A6.decoders", 10);
    }

    /// <summary>Into a session, at once and byte by byte: the same end, at most one, and nothing after it.</summary>
    [Fact]
    public void A6_Sessions_end_once_or_go_on_when_bytes_are_hostile()
    {
        Distribution seen = new("violation", "goes on", "before the handshake", "on open channels");
        Props.ForAll("A6.session", Gens.From(Attack), c =>
        {
            Step[] steps = [.. c.Before, new Step([], c.Bytes)];
            Outcome whole = Outcome.Play(steps, Conversation.Options, Outcome.Whole, Outcome.Whole);
            Outcome bytes = Outcome.Play(steps, Conversation.Options, Outcome.ByteByByte, Outcome.Whole);
            Outcome.Same(whole, bytes);
            int end = whole.Events.FindIndex(e => e.Kind == EventKind.SessionClosed);
            Assert.True(end < 0 || end == whole.Events.Count - 1, "an event came after the last one");
            Assert.Equal(end >= 0, whole.Snapshot!.State == ConnectionState.Closed);
            bool violation = end >= 0 && whole.Events[end].Reason!.Kind == SessionEndKind.ProtocolViolation;
            seen.Case();
            seen.Saw("violation", violation);
            seen.Saw("goes on", end < 0);
            seen.Saw("before the handshake", c.Before.Length == 0);
            seen.Saw("on open channels", c.Before.Length > 1);
        }, ShrinkAttack, cases: 1500);
        seen.Require("A6.session", 10);
    }

    /// <summary>A session takes memory in proportion to the bytes, whatever they are.</summary>
    [Fact]
    public void A6_Sessions_take_memory_in_proportion_to_hostile_bytes()
    {
        Props.ForAll("A6.memory", Gens.From(Attack), c =>
        {
            byte[] before = [.. c.Before.SelectMany(s => s.Server)];
            var output = new SegmentedWriter();
            var session = new AmqpSession(Conversation.Options, output, MonoTime.Zero);
            session.Start(MonoTime.Zero);
            Feed(session, before);
            int sent = output.Length;
            long start = GC.GetAllocatedBytesForCurrentThread();
            Feed(session, c.Bytes);
            long taken = GC.GetAllocatedBytesForCurrentThread() - start;

            // This output itself takes memory for what is sent, in chunks of 256 bytes and a growing list.
            long answers = 20L * (output.Length - sent + 256);
            Assert.InRange(taken, 0, (8 * Fixed) + answers + ((long)PerOctet * c.Bytes.Length));
        });
    }

    private static void Feed(AmqpSession session, byte[] bytes)
    {
        EventScope scope = session.Receive(new(bytes), MonoTime.Zero);
        while (scope.TryRead(out AmqpEvent _))
        {
        }
    }

    private static (Step[] Before, byte[] Bytes) Attack(Draw draw)
    {
        Step handshake = new([], Server.Handshake());
        Step opened = new(
            [.. Enumerable.Range(1, 2).Select(n => Step.Command($"open {n}", s => s.OpenChannel(out _, out _)))],
            [.. Server.Method(1, "channel.open-ok"), .. Server.Method(2, "channel.open-ok")]);
        Step[] before = draw.Pick<Step[]>([], [handshake], [handshake, opened], [handshake, opened]);
        byte[] bytes = draw.Int(0, 5) switch
        {
            0 => draw.Bytes(draw.Length(200)),
            1 => RefEncoder.Frames(draw.List(draw.Int(1, 200), () => new RefFrame(3, draw.Int(0, 2), []))),
            2 => RefEncoder.Frames(draw.List(draw.Int(1, 200), () => new RefFrame(8, 0, []))),
            3 => RefEncoder.Frame(new RefFrame(1, draw.Int(0, 2), Start(Bomb(draw)))),
            4 => Mutations.Mutate(draw, [.. Server.Handshake(), .. RefGens.Frames(draw)]),
            _ => Mutations.Mutate(draw, RefGens.Frames(draw)),
        };
        return (before, bytes);
    }

    private static IEnumerable<(Step[] Before, byte[] Bytes)> ShrinkAttack((Step[] Before, byte[] Bytes) c) =>
        Mutations.Shrink(c.Bytes).Select(bytes => (c.Before, bytes));

    // Tables whose octets become the most memory: many tiny entries, deep nesting, long names and claims of length.
    private static byte[] Bomb(Draw draw)
    {
        int count = draw.Pick(10, 1000, 4096, 5000);
        byte[] flat = [.. Enumerable.Repeat<byte[]>([0, (byte)'V'], count).SelectMany(e => e)];
        byte[] items = [.. Enumerable.Repeat((byte)'V', count)];
        return draw.Int(0, 3) switch
        {
            0 => flat,
            1 => [0, (byte)'A', .. Four(items.Length), .. items],
            2 => Deep(draw.Pick(31, 32, 33, 500)),
            _ => [0, (byte)'S', 0xFF, 0xFF, 0xFF, 0xFF, .. flat],
        };
    }

    private static byte[] Deep(int levels)
    {
        byte[] body = [];
        for (var level = 0; level < levels; level++)
        {
            body = [0, (byte)'F', .. Four(body.Length), .. body];
        }

        return body;
    }

    // connection.start with this table.
    private static byte[] Start(byte[] table) =>
        [0, 10, 0, 10, 0, 9, .. Four(table.Length), .. table, 0, 0, 0, 5, .. "PLAIN"u8, 0, 0, 0, 0];

    private static byte[] Four(int value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static int Frames(byte[] bytes)
    {
        var count = 0;
        var reader = new FrameReader(new(bytes), 4088);
        while (reader.TryRead(out Frame _) == FrameReadStatus.Complete)
        {
            count++;
            Assert.InRange(count, 1, (bytes.Length / 8) + 1);
        }

        return count;
    }

    private static bool Bounded(byte[] bytes, Func<byte[], bool> read)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool result = read(bytes);
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(taken, 0, Fixed + ((long)PerOctet * bytes.Length));
        return result;
    }

    // The first use of a type allocates for the runtime.
    private static void Warm()
    {
        foreach (RefMethodSpec spec in RefSpec.Methods)
        {
            var draw = new Draw(1, 20);
            byte[] payload = RefEncoder.Method(RefGens.Method(draw, spec));
            AmqpMethod.TryRead(payload, AmqpLimits.Default, out _, out _);
            AmqpMethod.TryRead(payload[..^1], AmqpLimits.Default, out _, out _);
        }
    }
}
