using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>D4: content is method, header and bodies, in one piece on its channel (AMQP 0-9-1 section 4.2.6).</summary>
public class ContentProperties
{
    [Fact]
    public void D4_Contents_of_several_channels_interleave_freely()
    {
        var seen = new Distribution("interleaved", "empty body", "many frames");
        Props.ForAll(
            "D4.interleave",
            Gens.From(draw => (
                Contents: draw.List(draw.Int(1, 6), () => new Content(
                    draw.Int(0, 2), draw.Int(0, 2), draw.Bytes(draw.Pick(0, draw.Int(0, 100), draw.Int(0, 2000))),
                    draw.List(draw.Int(0, 6), () => draw.Int(0, 300)))),
                Order: draw.List(100, () => draw.Int(0, 2)),
                Chunking: PeerKit.Chunks(draw))),
            c =>
            {
                var peer = new ScriptedPeer { Chunking = c.Chunking };
                peer.Handshake();
                ushort[] channels = [peer.OpenChannel(), peer.OpenChannel(), peer.OpenChannel()];
                Queue<byte[]>[] frames = [new(), new(), new()];
                foreach (Content content in c.Contents)
                {
                    content.AddFrames(frames[content.Channel], channels[content.Channel]);
                }

                seen.Case();
                seen.Saw("interleaved", frames.Count(f => f.Count > 0) > 1);
                seen.Saw("empty body", c.Contents.Any(x => x.Body.Length == 0));
                seen.Saw("many frames", c.Contents
                    .Any(x => x.Sizes.Length > 1 && x.Body.Length > x.Sizes[0] + x.Sizes[1]));
                int before = peer.Events.Count;
                foreach (int which in c.Order.Concat(Enumerable.Range(0, 300).Select(i => i / 100)))
                {
                    if (frames[which].TryDequeue(out byte[]? frame))
                    {
                        peer.Feed(frame);
                    }
                }

                Assert.Null(peer.End);
                Assert.All(frames, Assert.Empty);
                for (int which = 0; which < 3; which++)
                {
                    Content[] due = [.. c.Contents.Where(x => x.Channel == which)];
                    Check(due, [.. peer.Events.Skip(before).Where(e => e.Channel == channels[which])]);
                }
            });
        seen.Require("D4.interleave", 10);
    }

    [Fact]
    public void D4_Anything_else_in_between_is_an_unexpected_frame()
    {
        var seen = new Distribution("before the header", "before a body", "between bodies", "method", "header", "body");
        Props.ForAll(
            "D4.between",
            Gens.From(draw => (
                Kind: draw.Int(0, 1),
                Frames: draw.Int(1, 3),
                Intruder: draw.Int(0, 2),
                Method: draw.Pick<AmqpMethod>(
                    new BasicDeliver { ConsumerTag = "x" }, new ChannelFlow(), new BasicCancel { ConsumerTag = "c" },
                    new BasicReturn()),
                Chunking: PeerKit.Chunks(draw))),
            c =>
            {
                // After 1 frame a header is due, after 2 the first body, after 3 the second one.
                bool bodyIsDue = c.Frames > 1;
                if (c.Intruder == (bodyIsDue ? 2 : 1))
                {
                    return;
                }

                seen.Case();
                seen.Saw(c.Frames switch { 1 => "before the header", 2 => "before a body", _ => "between bodies" });
                seen.Saw(c.Intruder switch { 0 => "method", 1 => "header", _ => "body" });
                var peer = new ScriptedPeer { Chunking = c.Chunking };
                ushort channel = peer.Handshake().OpenChannel();
                AmqpMethod start = c.Kind == 0 ? new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1 }
                    : new BasicReturn();
                foreach (byte[] frame in PeerKit.Content(channel, start, new byte[20], 10, 10).Take(c.Frames))
                {
                    peer.Feed(frame);
                }

                Assert.Null(peer.End);
                peer.Feed(ScriptedPeer.HeartbeatFrame()); // channel 0 is another channel
                Assert.Null(peer.End);
                peer.Feed(c.Intruder switch
                {
                    0 => ScriptedPeer.MethodFrame(channel, c.Method),
                    1 => ScriptedPeer.HeaderFrame(channel, 5),
                    _ => ScriptedPeer.BodyFrame(channel, [1]),
                });
                PeerKit.AssertViolation(peer, ReplyCode.UnexpectedFrame);
            });
        seen.Require("D4.between", 10);
    }

    [Fact]
    public void D4_A_body_never_exceeds_what_its_header_says() => Props.ForAll(
        "D4.size",
        Gens.From(draw => (Announced: draw.Int(1, 500), Sizes: draw.List(draw.Int(1, 5), () => draw.Int(1, 300)))),
        c =>
        {
            ScriptedPeer peer = new ScriptedPeer().Handshake();
            ushort channel = peer.OpenChannel();
            peer.Feed(channel, new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1 });
            peer.Feed(ScriptedPeer.HeaderFrame(channel, (ulong)c.Announced));
            int total = 0;
            foreach (int size in c.Sizes)
            {
                bool wasDone = total == c.Announced;
                peer.Feed(ScriptedPeer.BodyFrame(channel, new byte[size]));
                total += size;
                if (wasDone || total > c.Announced)
                {
                    PeerKit.AssertViolation(peer, ReplyCode.UnexpectedFrame);
                    return;
                }

                Assert.Null(peer.End);
                Assert.Equal(total == c.Announced, peer.Events[^1].Flag);
            }
        });

    [Fact]
    public void D4_A_body_over_the_limit_is_refused_at_its_header() => Props.ForAll(
        "D4.limit",
        Gens.From(draw => (Limit: draw.Int(0, 5000), Size: draw.Pick((ulong)draw.Int(0, 10_000), draw.Bits()))),
        c =>
        {
            var limits = new AmqpLimits { MaxBodySize = c.Limit };
            ScriptedPeer peer = new ScriptedPeer(new SessionOptions { Limits = limits }).Handshake();
            ushort channel = peer.OpenChannel();
            peer.Feed(channel, new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1 });
            peer.Feed(ScriptedPeer.HeaderFrame(channel, c.Size));
            if (c.Size <= (ulong)c.Limit)
            {
                Assert.Equal(EventKind.Delivery, peer.Events[^1].Kind);
            }
            else
            {
                PeerKit.AssertViolation(peer, ReplyCode.ResourceError, ReplyCode.ContentTooLarge);
            }
        });

    private static void Check(Content[] due, EventRecord[] events)
    {
        // The auditor's model counts totals and pieces; here the order and the bytes are compared.
        var auditor = new ContentAuditor();
        int at = 0;
        ulong tag = 0;
        foreach (Content content in due)
        {
            EventRecord start = events[at++];
            Assert.Equal(content.Kind == 1 ? EventKind.Return : EventKind.Delivery, start.Kind);
            Assert.Equal((ulong)content.Body.Length, start.BodySize);
            auditor.OnEvent(start.Kind == EventKind.Delivery ? start with { DeliveryTag = ++tag } : start);
            List<byte> body = [];
            while (body.Count < content.Body.Length)
            {
                Assert.Equal(EventKind.Body, events[at].Kind);
                auditor.OnEvent(events[at]);
                body.AddRange(events[at++].Body.Bytes.Span);
            }

            Assert.Equal(content.Body, body);
        }

        Assert.Equal(events.Length, at);
        Assert.Empty(auditor.Failures);
    }

    private sealed record Content(int Channel, int Kind, byte[] Body, int[] Sizes)
    {
        public void AddFrames(Queue<byte[]> frames, ushort channel)
        {
            AmqpMethod method = Kind == 1
                ? new BasicReturn { ReplyCode = 312, ReplyText = "NO_ROUTE" }
                : new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1 };
            foreach (byte[] frame in PeerKit.Content(channel, method, Body, Sizes))
            {
                frames.Enqueue(frame);
            }
        }
    }
}
