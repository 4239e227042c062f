using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Property.ReferenceCodec;
using Xunit;

namespace Amqp.Property.Wire;

/// <summary>A7, A8, A9 and A10 as a session's owner sees them: the refusal is sent before it is told.</summary>
public sealed class SessionLimitProperties
{
    /// <summary>Seven octets end the session with 501: by our limit before tune, by the agreed one after.</summary>
    [Fact]
    public void A7_A_session_refuses_a_long_frame_on_its_header()
    {
        Distribution seen = new("before tune", "after tune");
        Props.ForAll("A7.session", Gens.From(draw => (
            Tuned: draw.OneIn(2),
            FrameMax: draw.Pick(4096UL, 5000UL, 65536UL),
            Over: draw.Pick(1, 2, 1000, 1 << 24),
            Type: draw.Pick(1, 2, 3, 8),
            Channel: draw.Int(0, 2))), c =>
        {
            int limit = c.Tuned ? (int)c.FrameMax : 131072;
            byte[] before = c.Tuned ? Server.Handshake(frameMax: c.FrameMax) : [];
            byte[] within = Header(c.Type, c.Channel, limit - BodyGens.Overhead);
            Outcome fits = Play(before, within);
            Assert.DoesNotContain(fits.Events, e => e.Kind == EventKind.SessionClosed);
            Assert.Equal(7, fits.Rest);

            byte[] beyond = Header(c.Type, c.Channel, limit - BodyGens.Overhead + c.Over);
            Refused(Play(before, beyond), ReplyCode.FrameError);
            Assert.DoesNotContain(Play(before, beyond[..6]).Events, e => e.Kind == EventKind.SessionClosed);
            seen.Case();
            seen.Saw("before tune", !c.Tuned);
            seen.Saw("after tune", c.Tuned);
        }, cases: 1000);
        seen.Require("A7.session", 20);
    }

    /// <summary>A wrong frame end: connection.close 501 is in the output when the end of the session is told.</summary>
    [Fact]
    public void A8_A_session_sends_501_before_it_tells_of_a_wrong_frame_end() =>
        Props.ForAll("A8.session", Gens.From(draw =>
        {
            byte[] bad = RefEncoder.Frame(RefGens.Frame(draw));
            bad[^1] ^= (byte)draw.Int(1, 255);
            return bad;
        }), bad =>
        {
            Outcome outcome = Play(Server.Handshake(), bad);
            Refused(outcome, ReplyCode.FrameError);
            string last = outcome.Results[^1];
            Assert.Equal($"bytes out when the violation is told: {outcome.Bytes.Length}", last);
        });

    /// <summary>Tables beyond the session's limits end it with 502.</summary>
    [Fact]
    public void A9_A_session_refuses_tables_beyond_its_limits()
    {
        AmqpLimits limits = Conversation.Options.Limits with { MaxTableDepth = 3, MaxTableEntries = 10 };
        SessionOptions options = Conversation.Options with { Limits = limits };
        (int, int, bool)[] cases = [(3, 2, true), (4, 3, false), (1, 10, true), (1, 11, false)];
        foreach ((int depth, int entries, bool accepted) in cases)
        {
            var table = new List<RefEntry>();
            while (table.Count < entries - (depth - 1))
            {
                table.Add(new RefEntry([], new RefValue('V', null)));
            }

            for (var level = 1; level < depth; level++)
            {
                table = [new RefEntry([], new RefValue('F', table))];
            }

            byte[] start = Server.Method(
                0,
                "connection.start",
                ("version-minor", 9UL),
                ("server-properties", table),
                ("mechanisms", "PLAIN"));
            Outcome outcome = Outcome.Play([new Step([], start)], options, Outcome.Whole, Outcome.Whole);
            if (accepted)
            {
                Assert.Equal(ConnectionState.AwaitingTune, outcome.Snapshot!.State);
            }
            else
            {
                Refused(outcome, ReplyCode.SyntaxError);
            }
        }
    }

    /// <summary>Published bodies make ceil(n / (frame-max - 8)) frames, none for an empty body.</summary>
    [Fact]
    public void A10_A_session_splits_bodies_by_the_agreed_frame_max()
    {
        Distribution seen = new("empty", "a full frame", "one byte more");
        Props.ForAll("A10", Gens.From(draw =>
        {
            int frameMax = draw.Pick(4096, 4097, 8192);
            int size = BodyGens.Size(draw, frameMax);
            return (FrameMax: frameMax, Size: size, Cuts: draw.List(3, () => draw.Int(0, size)));
        }), c =>
        {
            byte[] body = BodyGens.Body(c.Size);
            var pieces = Layouts.Sequence(body, [.. c.Cuts.Order()]);
            BasicProperties none = BasicProperties.Empty;
            Step[] steps =
            [
                new([], Server.Handshake(frameMax: (ulong)c.FrameMax)),
                new([Step.Command("open", s => s.OpenChannel(out _, out _))], Server.Method(1, "channel.open-ok")),
                new([Step.Command("publish", s => s.Publish(1, "e", "k", false, none, in pieces, out _))], []),
            ];
            Outcome outcome = Outcome.Play(steps, new SessionOptions(), Outcome.Whole, Outcome.Whole);
            RefParse parse = RefDecoder.Frames(outcome.Bytes[8..], c.FrameMax - BodyGens.Overhead);
            Assert.Null(parse.Error);
            List<RefFrame> bodies = [.. parse.Frames.Where(f => f.Type == 3)];
            int full = c.FrameMax - BodyGens.Overhead;
            Assert.Equal((c.Size + full - 1) / full, bodies.Count);
            Assert.Equal(Convert.ToHexString(body), Convert.ToHexString([.. bodies.SelectMany(f => f.Payload)]));
            seen.Case();
            seen.Saw("empty", c.Size == 0);
            seen.Saw("a full frame", c.Size == full);
            seen.Saw("one byte more", c.Size == full + 1);
        }, cases: 1000);
        seen.Require("A10", 3);
    }

    private static Outcome Play(byte[] before, byte[] bytes) => Outcome.Play(
        [new Step([], before), new Step([], bytes)], new SessionOptions(), Outcome.Whole, Outcome.Whole);

    private static void Refused(Outcome outcome, ReplyCode code)
    {
        EventRecord end = outcome.Events[^1];
        Assert.Equal(EventKind.SessionClosed, end.Kind);
        Assert.Equal((SessionEndKind.ProtocolViolation, code), (end.Reason!.Kind, end.Reason.Code));
        RefFrame close = RefDecoder.Frames(outcome.Bytes[8..], 131072).Frames[^1];
        RefMethod method = RefDecoder.Method(close.Payload);
        Assert.Equal(("connection.close", 0, (ulong)code), (method.Spec.Name, close.Channel, method["reply-code"]));
        Assert.Equal(0, outcome.Rest);
    }

    private static byte[] Header(int type, int channel, int size) =>
        [(byte)type, 0, (byte)channel, (byte)(size >> 24), (byte)(size >> 16), (byte)(size >> 8), (byte)size];
}
