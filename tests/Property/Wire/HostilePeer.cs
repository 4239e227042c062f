using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using FsCheck;

namespace Amqp.Property.Wire;

/// <summary>Valid conversations with one hostile turn.</summary>
internal static class HostilePeer
{
    /// <summary>Conversations and what was done to them.</summary>
    public static Gen<(Step[] Steps, Hostility Kind)> Cases { get; } = Gens.From(Make);

    /// <summary>Makes one.</summary>
    public static (Step[] Steps, Hostility Kind) Make(Draw draw)
    {
        Step[] steps = Conversation.Make(draw);
        var kind = (Hostility)draw.Int(0, (int)Hostility.Noise);
        int[] full = [.. Enumerable.Range(0, steps.Length).Where(i => Frames(steps[i]).Count > 0)];
        int at = draw.Pick(full);
        steps[at] = steps[at] with { Server = Damage(draw, kind, Frames(steps[at])) };
        return (steps, kind);
    }

    /// <summary>Smaller ones: without a step, without frames.</summary>
    public static IEnumerable<(Step[] Steps, Hostility Kind)> Shrink((Step[] Steps, Hostility Kind) c)
    {
        for (int i = c.Steps.Length - 1; i >= 0; i--)
        {
            yield return ([.. c.Steps[..i], .. c.Steps[(i + 1)..]], c.Kind);
        }

        for (int i = c.Steps.Length - 1; i >= 0; i--)
        {
            foreach (Step smaller in ConversationShrink.Of(c.Steps[i]))
            {
                yield return ([.. c.Steps[..i], smaller, .. c.Steps[(i + 1)..]], c.Kind);
            }
        }
    }

    private static List<RefFrame> Frames(Step step) => [.. RefDecoder.Frames(step.Server, int.MaxValue - 8).Frames];

    private static byte[] Damage(Draw draw, Hostility kind, List<RefFrame> frames)
    {
        int at = draw.Int(0, frames.Count - 1);
        RefFrame frame = frames[at];
        byte[] before = RefEncoder.Frames(frames.Take(at));
        byte[] after = RefEncoder.Frames(frames.Skip(at + 1));
        byte[] bytes = RefEncoder.Frame(frame);
        byte[] hurt = kind switch
        {
            Hostility.Truncated => bytes[..draw.Int(0, bytes.Length - 1)],
            Hostility.Shortened => RefEncoder.Frame(
                frame with { Payload = frame.Payload[..draw.Int(0, Math.Max(0, frame.Payload.Length - 1))] }),
            Hostility.Doubled => [.. bytes, .. bytes],
            Hostility.Swapped when at > 0 => [],
            Hostility.Oversized => Oversized(draw, frame),
            Hostility.WrongChannel => RefEncoder.Frame(
                frame with { Channel = draw.Pick(0, 1, 2, 3, 4, 2047, 65535) }),
            Hostility.WrongState => [.. bytes, .. OfAnotherState(draw)],
            Hostility.BadText => BadText(draw, bytes),
            Hostility.DeepTable => [.. bytes, .. DeepTable(draw)],
            Hostility.TinyFrames => [.. bytes, .. Tiny(draw)],
            Hostility.Noise => Mutations.Mutate(draw, bytes),
            _ => bytes,
        };
        if (kind == Hostility.Swapped && at > 0)
        {
            int other = draw.Int(0, at - 1);
            (frames[other], frames[at]) = (frames[at], frames[other]);
            return RefEncoder.Frames(frames);
        }

        return [.. before, .. hurt, .. after];
    }

    // A length that no buffer shall wait for, or a body that does not end where its header says.
    private static byte[] Oversized(Draw draw, RefFrame frame)
    {
        byte[] bytes = RefEncoder.Frame(frame);
        switch (draw.Int(0, 2))
        {
            case 0:
                Four(draw.Pick(-1, int.MaxValue, 4089)).CopyTo(bytes, 3);
                return bytes;
            case 1:
                return RefEncoder.Frame(frame with { Payload = new byte[draw.Pick(4089, 100_000)] });
            default:
                return [.. bytes, .. RefEncoder.Frame(new RefFrame(3, frame.Channel, new byte[draw.Int(1, 4088)]))];
        }
    }

    private static byte[] OfAnotherState(Draw draw) => draw.Int(0, 9) switch
    {
        0 => Server.Handshake(),
        1 => Server.Method(0, "connection.open-ok"),
        2 => Server.Method(0, "connection.tune", ("frame-max", 8192UL)),
        3 => Server.Method(0, "connection.close-ok"),
        4 => Server.Method(0, "connection.update-secret-ok"),
        5 => Server.Method(draw.Int(1, 4), "channel.open-ok"),
        6 => Server.Method(draw.Int(1, 4), "channel.close-ok"),
        7 => Server.Method(draw.Int(1, 3), "basic.ack", ("delivery-tag", draw.Number())),
        8 => Server.Method(draw.Int(1, 3), "basic.get-ok"),
        _ => Server.Method(draw.Int(1, 3), draw.Pick("queue.declare-ok", "tx.commit-ok", "basic.publish")),
    };

    // Octets that stand in no UTF-8, over a run of the payload.
    private static byte[] BadText(Draw draw, byte[] bytes)
    {
        int from = Math.Min(bytes.Length - 1, 11 + draw.Int(0, 20));
        int to = Math.Min(bytes.Length - 1, from + draw.Int(1, 12));
        for (int i = from; i < to; i++)
        {
            bytes[i] = draw.Pick<byte>(0xC3, 0xFF, 0xFE, 0xED, 0xF8, 0x80);
        }

        return bytes;
    }

    // In a content header, where the broker may put any; its channel gets a delivery to go with it.
    private static byte[] DeepTable(Draw draw)
    {
        byte[] table = [];
        for (int level = draw.Pick(30, 32, 33, 300); level > 0; level--)
        {
            table = [1, (byte)'x', (byte)draw.Pick('F', 'F', 'A'), .. Four(table.Length), .. table];
        }

        int channel = draw.Int(1, 3);
        byte[] header = [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, .. Four(table.Length), .. table];
        return
        [
            .. Server.Method(channel, "basic.deliver", ("consumer-tag", "c"), ("delivery-tag", 1UL)),
            .. RefEncoder.Frame(new RefFrame(2, channel, header)),
        ];
    }

    private static byte[] Tiny(Draw draw)
    {
        var tiny = draw.Pick(new RefFrame(8, 0, []), new RefFrame(3, draw.Int(1, 3), []), new RefFrame(3, 1, [0]));
        byte[] start = draw.OneIn(2)
            ? []
            :
            [
                .. Server.Method(tiny.Channel, "basic.deliver", ("consumer-tag", "c"), ("delivery-tag", 1UL)),
                .. RefEncoder.Frame(new RefFrame(2, tiny.Channel, [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0])),
            ];
        return [.. start, .. RefEncoder.Frames(Enumerable.Repeat(tiny, draw.Pick(10, 300)))];
    }

    private static byte[] Four(int value) =>
        [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
