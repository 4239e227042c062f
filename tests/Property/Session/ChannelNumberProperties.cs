using Amqp.Engine.Commands;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>B8 and B9: which frames may come on which channel number (AMQP 0-9-1 section 4.2.3).</summary>
public class ChannelNumberProperties
{
    [Fact]
    public void B8_A_frame_for_a_channel_that_is_not_open_is_a_channel_error()
    {
        var seen = new Distribution("above channel-max", "never opened", "closed by us", "closed by the peer");
        Props.ForAll(
            "B8.error",
            Gens.From(draw => (
                Place: draw.Int(0, 3),
                Number: draw.Int(4, 65535),
                Frame: draw.Int(0, 2),
                Method: PeerKit.AnyMethod(draw),
                Chunking: PeerKit.Chunks(draw))),
            c =>
            {
                var peer = new ScriptedPeer { Chunking = c.Chunking };
                peer.Handshake(new ConnectionTune { ChannelMax = 3, FrameMax = 131072, Heartbeat = 60 });
                ushort channel = Place(peer, c.Place, (ushort)c.Number, out string name);
                seen.Case();
                seen.Saw(name);
                peer.Feed(AnyFrame(channel, c.Frame, c.Method));
                PeerKit.AssertViolation(peer, ReplyCode.ChannelError);
            });
        seen.Require("B8.error", 10);
    }

    [Fact]
    public void B8_A_frame_for_a_closing_channel_is_dropped() => Props.ForAll(
        "B8.dropped",
        Gens.From(draw => (
            Frames: draw.List(draw.Int(1, 6), () => (Frame: draw.Int(0, 2), Method: PeerKit.AnyMethod(draw))),
            Chunking: PeerKit.Chunks(draw))),
        c =>
        {
            var peer = new ScriptedPeer { Chunking = c.Chunking };
            ushort channel = peer.Handshake().OpenChannel();
            ushort other = peer.OpenChannel();
            peer.Session.CloseChannel(channel, ReplyCode.Success, "bye", out RequestId id);
            peer.Drain();
            int events = peer.Events.Count;
            int sent = peer.Sent.Length;
            foreach (var frame in c.Frames.Where(f => f.Method is not (ChannelClose or ChannelCloseOk)))
            {
                peer.Feed(AnyFrame(channel, frame.Frame, frame.Method));
            }

            Assert.Equal(events, peer.Events.Count);
            Assert.Equal(sent, peer.Sent.Length);
            peer.Feed(channel, new ChannelCloseOk());
            Assert.Contains(peer.Events, e => e.Request == id && e.Method is ChannelCloseOk);
            Assert.Equal(ConnectionState.Open, peer.Session.State);
            Assert.Equal($"{other} Open calls=0 unsettled=0", peer.Session.Describe().Channels);
        });

    [Fact]
    public void B9_Channel_zero_carries_only_connection_methods_and_heartbeats()
    {
        var seen = new Distribution("method", "header", "body");
        Props.ForAll(
            "B9.zero",
            Gens.From(draw => (
                State: draw.Pick([.. PeerKit.Handshake, ConnectionState.Open]),
                Frame: draw.Int(0, 2),
                Method: PeerKit.AnyMethod(draw),
                Chunking: PeerKit.Chunks(draw))),
            c =>
            {
                if (c.Frame == 0 && c.Method.Id.ClassId() == 10)
                {
                    return;
                }

                seen.Case();
                seen.Saw(c.Frame switch { 0 => "method", 1 => "header", _ => "body" });
                var peer = new ScriptedPeer { Chunking = c.Chunking };
                peer.HandshakeTo(c.State).Feed(AnyFrame(0, c.Frame, c.Method));
                if (c.Frame == 0)
                {
                    PeerKit.AssertViolation(peer, ReplyCode.CommandInvalid);
                }
                else
                {
                    PeerKit.AssertViolation(peer, ReplyCode.FrameError, ReplyCode.UnexpectedFrame);
                }
            });
        seen.Require("B9.zero", 15);
    }

    [Fact]
    public void B9_A_connection_method_on_another_channel_is_an_error() => Props.ForAll(
        "B9.other",
        Gens.From(draw => PeerKit.AnyMethod(draw)),
        method =>
        {
            if (method.Id.ClassId() != 10)
            {
                return;
            }

            ScriptedPeer peer = new ScriptedPeer().Handshake();
            peer.Feed(peer.OpenChannel(), method);
            PeerKit.AssertViolation(peer, ReplyCode.CommandInvalid, ReplyCode.UnexpectedFrame);
        },
        cases: 8000);

    /// <summary>A number that is not in use, in one of four ways.</summary>
    private static ushort Place(ScriptedPeer peer, int place, ushort high, out string name)
    {
        ushort channel = peer.OpenChannel();
        switch (place)
        {
            case 0:
                name = "above channel-max";
                return high;
            case 1:
                name = "never opened";
                return 3;
            case 2:
                name = "closed by us";
                peer.Session.CloseChannel(channel, ReplyCode.Success, "bye", out _);
                peer.Drain().Feed(channel, new ChannelCloseOk());
                return channel;
            default:
                name = "closed by the peer";
                peer.Feed(channel, new ChannelClose { ReplyCode = 404, ReplyText = "NOT_FOUND" });
                return channel;
        }
    }

    private static byte[] AnyFrame(ushort channel, int kind, AmqpMethod method) => kind switch
    {
        0 => ScriptedPeer.MethodFrame(channel, method),
        1 => ScriptedPeer.HeaderFrame(channel, 3),
        _ => ScriptedPeer.BodyFrame(channel, [1, 2, 3]),
    };
}
