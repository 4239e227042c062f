using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>C1, C2, C3 and C6: heartbeats (AMQP 0-9-1 section 4.2.7), under any schedule of virtual time.</summary>
public class HeartbeatProperties
{
    [Fact]
    public void C1_Something_leaves_at_least_every_half_interval()
    {
        var seen = new Distribution("busy", "idle");
        Props.ForAll(
            "C1",
            Gens.From(draw => (
                Seconds: draw.Pick(1, 2, 5, 60, draw.Int(1, 65535)),
                Origin: PeerKit.Origin(draw),
                Acts: draw.List(draw.Int(1, 30), () => (Permille: draw.Int(0, 1900), Writes: draw.OneIn(2))))),
            c =>
            {
                TimeSpan interval = TimeSpan.FromSeconds(c.Seconds);
                ScriptedPeer peer = Open(interval, c.Origin);
                ushort channel = peer.OpenChannel();
                seen.Case();
                seen.Saw(c.Acts.Count(a => a.Writes) > c.Acts.Length / 2 ? "busy" : "idle");
                peer.SentAt.Clear();
                MonoTime last = peer.Now;
                foreach ((int permille, bool writes) in c.Acts)
                {
                    peer.Advance(interval * (permille / 1000.0));
                    if (writes)
                    {
                        peer.Session.Ack(channel, 1, false);
                        peer.Drain();
                    }

                    peer.Feed(ScriptedPeer.HeartbeatFrame());
                }

                Assert.Equal(ConnectionState.Open, peer.Session.State);
                foreach (MonoTime at in peer.SentAt.Append(peer.Now))
                {
                    Assert.True(at - last <= interval / 2,
                        $"C1 nothing was sent from {last} to {at}, interval {interval}");
                    last = at;
                }
            });
        seen.Require("C1", 10);
    }

    [Fact]
    public void C2_A_silent_peer_is_dead_after_two_intervals_and_never_earlier() => Props.ForAll(
        "C2",
        Gens.From(draw => (
            Seconds: draw.Pick(1, 2, 5, 60, draw.Int(1, 65535)),
            Origin: PeerKit.Origin(draw),
            Gaps: draw.List(draw.Int(0, 20), () => draw.Int(0, 1999)),
            Looks: draw.List(draw.Int(0, 10), () => draw.Int(0, 1999)),
            Late: TimeSpan.FromTicks(draw.Pick(0, 1, draw.Int(0, 1_000_000))))),
        c =>
        {
            TimeSpan interval = TimeSpan.FromSeconds(c.Seconds);
            ScriptedPeer peer = Open(interval, c.Origin);
            byte[] beat = ScriptedPeer.HeartbeatFrame();
            for (int i = 0; i < c.Gaps.Length; i++)
            {
                // One byte is a sign of life, wherever in a frame it lies.
                peer.Advance(interval * (c.Gaps[i] / 1000.0));
                peer.Feed([beat[i % beat.Length]]);
                Assert.Null(peer.End);
            }

            MonoTime dead = peer.Now + (interval * 2);
            foreach (int look in c.Looks.Order())
            {
                MonoTime at = dead - (interval * 2) + (interval * (look / 1000.0));
                peer.ElapseAt(at < dead ? at : peer.Now);
                Assert.Null(peer.End);
            }

            peer.ElapseAt(new MonoTime(dead.Ticks - 1));
            Assert.Null(peer.End);
            peer.ElapseAt(dead + c.Late);
            Assert.Equal(SessionEndKind.HeartbeatTimeout, peer.End?.Kind);
            PeerKit.AssertOver(peer);
        });

    [Fact]
    public void C2_A_healthy_connection_survives_a_pause_of_its_owner() => Props.ForAll(
        "C2.suspended",
        Gens.From(draw => (Seconds: draw.Int(1, 600), Pause: draw.Int(0, 50), Tail: draw.Int(0, 1999))),
        c =>
        {
            TimeSpan interval = TimeSpan.FromSeconds(c.Seconds);
            ScriptedPeer peer = Open(interval);
            peer.Session.SuspendReceiveDeadline();
            peer.Advance(interval * c.Pause);
            Assert.Null(peer.End);
            peer.Session.ResumeReceiveDeadline(peer.Now);
            peer.Advance(interval * (c.Tail / 1000.0));
            Assert.Null(peer.End);
            peer.Advance(interval * 2);
            Assert.Equal(SessionEndKind.HeartbeatTimeout, peer.End?.Kind);
        });

    [Fact]
    public void C3_Interval_zero_has_no_timers_at_all() => Props.ForAll(
        "C3",
        Gens.From(draw => (
            Offered: (ushort)draw.Pick(0, 1, 60, 65535),
            Acts: draw.List(draw.Int(1, 20), () =>
                (Days: draw.Int(0, 3650), Writes: draw.OneIn(2), Reads: draw.OneIn(2))))),
        c =>
        {
            var peer = new ScriptedPeer(new SessionOptions { Heartbeat = TimeSpan.Zero });
            peer.Handshake(new ConnectionTune { ChannelMax = 10, FrameMax = 131072, Heartbeat = c.Offered });
            ushort channel = peer.OpenChannel();
            int events = peer.Events.Count;
            int writes = 0;
            int frames = peer.Frames.Count;
            foreach ((int days, bool write, bool read) in c.Acts)
            {
                peer.Skip(TimeSpan.FromDays(days)).ElapseAt(peer.Now);
                if (write)
                {
                    peer.Session.Ack(channel, 1, false);
                    peer.Drain();
                    writes++;
                }

                if (read)
                {
                    peer.Feed(ScriptedPeer.HeartbeatFrame());
                }

                Assert.Equal(Deadline.None, peer.Session.NextDeadline);
            }

            Assert.Equal(events, peer.Events.Count);
            Assert.Equal(frames + writes, peer.Frames.Count);
        });

    [Fact]
    public void C6_A_heartbeat_with_a_payload_or_on_a_channel_is_an_error()
    {
        var seen = new Distribution("payload", "channel");
        Props.ForAll(
            "C6",
            Gens.From(draw => (
                State: draw.Pick([.. PeerKit.Handshake, ConnectionState.Open]),
                Channel: (ushort)(draw.OneIn(2) ? 0 : draw.Int(1, 65535)),
                Payload: draw.Bytes(draw.Int(0, 20)),
                Chunking: PeerKit.Chunks(draw))),
            c =>
            {
                var peer = new ScriptedPeer { Chunking = c.Chunking };
                peer.HandshakeTo(c.State);
                peer.Feed(ScriptedPeer.RawFrame((byte)FrameType.Heartbeat, c.Channel, c.Payload));
                seen.Case();
                seen.Saw("payload", c.Payload.Length > 0);
                seen.Saw("channel", c.Channel != 0);
                if (c.Payload.Length == 0 && c.Channel == 0)
                {
                    Assert.Null(peer.End);
                    return;
                }

                PeerKit.AssertViolation(peer, ReplyCode.FrameError, ReplyCode.UnexpectedFrame);
            });
        seen.Require("C6", 30);
    }

    private static ScriptedPeer Open(TimeSpan interval, MonoTime origin = default) =>
        new ScriptedPeer(new SessionOptions { Heartbeat = interval }, origin).Handshake(
            new ConnectionTune { ChannelMax = 10, FrameMax = 131072, Heartbeat = (ushort)interval.TotalSeconds });
}
