using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>B1 and B2: the order of the handshake, and what is negotiated in it (AMQP 0-9-1 sections 2.2.4 and
/// 4.2.2).</summary>
public class HandshakeProperties
{
    [Fact]
    public void B1_Handshake_goes_in_order_however_it_is_cut() => Props.ForAll(
        "B1.order",
        Gens.From(draw => (Chunking: PeerKit.Chunks(draw), Origin: PeerKit.Origin(draw), Heartbeats: draw.Int(0, 3))),
        c =>
        {
            var peer = new ScriptedPeer(null, c.Origin) { Chunking = c.Chunking };
            peer.Start();
            Assert.Equal(FrameWriter.ProtocolHeader.ToArray(), peer.Sent.ToArray());
            for (int i = 0; i < c.Heartbeats; i++)
            {
                peer.Feed(ScriptedPeer.HeartbeatFrame()); // allowed at any time
            }

            peer.Feed(0, ScriptedPeer.StartMethod());
            var startOk = Assert.IsType<ConnectionStartOk>(Assert.Single(peer.MethodsOn(0)));
            Assert.Equal("PLAIN", startOk.Mechanism);
            Assert.Equal("\0guest\0guest", startOk.Response.ToString());
            peer.Feed(0, new ConnectionTune { ChannelMax = 2047, FrameMax = 131072, Heartbeat = 60 });
            Assert.Equal(
                [MethodId.ConnectionStartOk, MethodId.ConnectionTuneOk, MethodId.ConnectionOpen],
                peer.MethodsOn(0).Select(m => m.Id));
            Assert.Empty(peer.Events);
            peer.Feed(0, new ConnectionOpenOk());
            Assert.Equal([EventKind.SessionOpened], peer.Events.Select(e => e.Kind));
            Assert.Equal(ConnectionState.Open, peer.Session.State);
        });

    [Fact]
    public void B1_Any_other_method_ends_the_handshake()
    {
        var seen = new Distribution("AwaitingStart", "AwaitingTune", "AwaitingOpenOk", "channel 0", "other channel");
        Props.ForAll(
            "B1.other",
            Gens.From(draw => (
                State: draw.Pick(PeerKit.Handshake),
                Channel: (ushort)(draw.OneIn(2) ? 0 : draw.Int(1, 65535)),
                Method: PeerKit.AnyMethod(draw),
                Chunking: PeerKit.Chunks(draw))),
            c =>
            {
                if (c.Channel == 0 && (IsDue(c.State, c.Method) || c.Method is ConnectionClose))
                {
                    return;
                }

                seen.Case();
                seen.Saw(c.State.ToString());
                seen.Saw(c.Channel == 0 ? "channel 0" : "other channel");
                var peer = new ScriptedPeer { Chunking = c.Chunking };
                peer.HandshakeTo(c.State).Feed(c.Channel, c.Method);
                PeerKit.AssertViolation(peer, c.Channel == 0 ? ReplyCode.CommandInvalid : ReplyCode.ChannelError);
                Assert.Equal(c.State, peer.End!.During);
                Assert.Equal(c.Method.Id, peer.End.Method);
            });
        seen.Require("B1.other", 10);
    }

    [Fact]
    public void B1_A_protocol_header_in_reply_is_a_version_mismatch_that_names_the_offer() => Props.ForAll(
        "B1.version",
        Gens.From(draw => (Version: draw.Bytes(4), Chunking: PeerKit.Chunks(draw))),
        c =>
        {
            var peer = new ScriptedPeer { Chunking = c.Chunking };
            int sent = peer.Start().Sent.Length;
            peer.Feed([.. "AMQP"u8, .. c.Version]);
            PeerKit.AssertOver(peer);
            Assert.Equal(SessionEndKind.VersionMismatch, peer.End!.Kind);
            Assert.Contains($"{c.Version[1]}-{c.Version[2]}-{c.Version[3]}", peer.End.Text, StringComparison.Ordinal);
            Assert.Equal(sent, peer.Sent.Length); // no frame for one that cannot read it
        });

    [Fact]
    public void B2_Tuning_is_the_agreed_minimum_and_zero_is_no_limit()
    {
        var seen = new Distribution("refused", "agreed", "zero offered");
        Props.ForAll(
            "B2.minimum",
            Gens.From(draw => (Offer: Tune(draw), Options: Options(draw))),
            c =>
            {
                uint ours = c.Options.FrameMax == 0 ? 131072 : Math.Min(c.Options.FrameMax, 131072);
                uint frameMax = c.Offer.FrameMax == 0 ? ours : Math.Min(ours, c.Offer.FrameMax);
                seen.Case();
                seen.Saw("zero offered", c.Offer.FrameMax == 0 || c.Offer.ChannelMax == 0 || c.Offer.Heartbeat == 0);
                ScriptedPeer peer = new ScriptedPeer(c.Options).HandshakeTo(ConnectionState.AwaitingOpenOk, c.Offer);
                if (frameMax < 4096)
                {
                    seen.Saw("refused");
                    PeerKit.AssertViolation(peer, ReplyCode.SyntaxError, ReplyCode.NotAllowed);
                    return;
                }

                seen.Saw("agreed");
                ushort ourChannels = Math.Min(c.Options.ChannelMax, (ushort)2047);
                ushort ourHeartbeat = (ushort)c.Options.Heartbeat.TotalSeconds;
                var expected = new NegotiatedTuning(
                    c.Offer.ChannelMax == 0 ? ourChannels : Math.Min(ourChannels, c.Offer.ChannelMax),
                    frameMax,
                    TimeSpan.FromSeconds(
                        ourHeartbeat == 0 || c.Offer.Heartbeat == 0 ? ourHeartbeat
                            : Math.Min(ourHeartbeat, c.Offer.Heartbeat)));
                Assert.Equal(expected, peer.Session.Tuning);
                ConnectionTuneOk answer = Assert.Single(peer.MethodsOn(0).OfType<ConnectionTuneOk>());
                Assert.Equal(expected.ChannelMax, answer.ChannelMax);
                Assert.Equal(expected.FrameMax, answer.FrameMax);
                Assert.Equal(expected.Heartbeat.TotalSeconds, answer.Heartbeat);
            });
        seen.Require("B2.minimum", 5);
    }

    [Fact]
    public void B2_Negotiated_values_hold_from_the_next_frame() => Props.ForAll(
        "B2.next",
        Gens.From(draw => (FrameMax: draw.Int(4096, 9000), Body: draw.Int(0, 30_000), Over: draw.Int(0, 2),
            Chunking: PeerKit.Chunks(draw))),
        c =>
        {
            var peer = new ScriptedPeer { Chunking = c.Chunking };
            peer.Handshake(new ConnectionTune { ChannelMax = 1, FrameMax = (uint)c.FrameMax, Heartbeat = 60 });
            ushort channel = peer.OpenChannel();
            int before = peer.Frames.Count;
            peer.Session.Publish(channel, "", "k", false, BasicProperties.Empty, new byte[c.Body], out _);
            peer.Drain();
            PeerFrame[] bodies = [.. peer.Frames.Skip(before).Where(f => f.Type == FrameType.Body)];
            Assert.All(peer.Frames, f => Assert.True(f.Payload.Length + FrameWriter.Overhead <= c.FrameMax));
            int room = c.FrameMax - FrameWriter.Overhead;
            Assert.Equal((c.Body + room - 1) / room, bodies.Length);
            Assert.Equal(c.Body, bodies.Sum(f => f.Payload.Length));

            // Inbound: the header alone of a frame that is too long ends the session.
            byte[] header = ScriptedPeer.RawFrame((byte)FrameType.Method, channel, new byte[room + c.Over])[..7];
            peer.Feed(header);
            if (c.Over == 0)
            {
                Assert.Equal(ConnectionState.Open, peer.Session.State);
            }
            else
            {
                PeerKit.AssertViolation(peer, ReplyCode.FrameError);
            }
        });

    private static bool IsDue(ConnectionState state, AmqpMethod method) => state switch
    {
        ConnectionState.AwaitingStart => method is ConnectionStart,
        ConnectionState.AwaitingTune => method is ConnectionTune,
        _ => method is ConnectionOpenOk,
    };

    private static ConnectionTune Tune(Draw draw) => new()
    {
        ChannelMax = (ushort)draw.Pick(0, 1, 2, 2047, 2048, 65535, draw.Int(0, 65535)),
        FrameMax = draw.Pick(0u, 1u, 4095u, 4096u, 4097u, 131072u, 131073u, uint.MaxValue, (uint)draw.Int(0, 200_000)),
        Heartbeat = (ushort)draw.Pick(0, 1, 60, 65535, draw.Int(0, 65535)),
    };

    private static SessionOptions Options(Draw draw) => new()
    {
        ChannelMax = (ushort)draw.Pick(1, 7, 2047, 65535, draw.Int(1, 65535)),
        FrameMax = draw.Pick(0u, 4096u, 10_000u, 131072u, 1_000_000u, (uint)draw.Int(4096, 200_000)),
        Heartbeat = TimeSpan.FromSeconds(draw.Pick(0, 1, 30, 65535, draw.Int(0, 65535))),
    };
}
