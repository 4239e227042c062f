using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>C4 and C5: what Elapse does depends on the time alone, and the next deadline tells the truth.</summary>
public class DeadlineProperties
{
    [Fact]
    public void C4_Early_and_repeated_calls_change_nothing() => Props.ForAll(
        "C4.early",
        Gens.From(draw => (
            Schedule: Beats(draw),
            Extra: draw.List(draw.Int(1, 20), () => draw.Int(0, 1000)))),
        c =>
        {
            ScriptedPeer exact = Drive(c.Schedule, (peer, span) => peer.Advance(span));
            ScriptedPeer noisy = Drive(c.Schedule, (peer, span) =>
            {
                MonoTime from = peer.Now;
                foreach (int permille in c.Extra.Order())
                {
                    // Exactly on the deadlines as well, and twice at the moment in between.
                    peer.Advance(from + (span * (permille / 1000.0)) - peer.Now);
                    peer.ElapseAt(peer.Now).ElapseAt(peer.Now);
                }

                peer.Advance(from + span - peer.Now);
            });
            Assert.Equal(exact.Events, noisy.Events);
            Assert.Equal(exact.SentAt, noisy.SentAt);
            Assert.Equal(exact.Sent.ToArray(), noisy.Sent.ToArray());
        });

    [Fact]
    public void C4_Late_calls_give_the_same_events() => Props.ForAll(
        "C4.late",
        Gens.From(draw => (Schedule: Beats(draw), Burst: draw.Int(1, 3))),
        c =>
        {
            ScriptedPeer exact = Drive(c.Schedule, (peer, span) => peer.Advance(span));
            ScriptedPeer late = Drive(c.Schedule, (peer, span) =>
            {
                peer.Skip(span);
                for (int i = 0; i < c.Burst; i++)
                {
                    peer.ElapseAt(peer.Now);
                }
            });
            Assert.Equal(exact.Events, late.Events);
        });

    [Fact]
    public void C4_Time_that_goes_back_does_nothing() => Props.ForAll(
        "C4.back",
        Gens.From(draw => (Seconds: draw.Int(0, 119), Back: draw.Int(0, 1_000_000))),
        c =>
        {
            ScriptedPeer peer = new ScriptedPeer().Handshake();
            peer.Advance(TimeSpan.FromSeconds(c.Seconds));
            Deadline before = peer.Session.NextDeadline;
            int sent = peer.Sent.Length;
            peer.ElapseAt(peer.Now - TimeSpan.FromSeconds(c.Back));
            Assert.Equal(before, peer.Session.NextDeadline);
            Assert.Equal(sent, peer.Sent.Length);
            Assert.Null(peer.End);
        });

    [Fact]
    public void C5_The_next_deadline_is_never_in_the_past_and_its_reason_is_the_timer_that_fires()
    {
        var seen = new Distribution(
            nameof(TimerKind.Handshake), nameof(TimerKind.HeartbeatSend), nameof(TimerKind.HeartbeatReceive),
            nameof(TimerKind.CloseReply), nameof(TimerKind.Blocked));
        Props.ForAll(
            "C5",
            Gens.From(draw => (
                State: draw.Pick(ConnectionState.AwaitingStart, ConnectionState.AwaitingTune, ConnectionState.Open,
                    ConnectionState.Open, ConnectionState.Closing),
                Heartbeat: draw.Pick(0, 1, 4, 60),
                Blocked: draw.OneIn(2),
                Wakes: Wakes(draw))),
            c =>
            {
                ScriptedPeer peer = Bring(c.State, c.Heartbeat, c.Blocked);
                seen.Case();
                foreach ((int lateTicks, bool reads) in c.Wakes)
                {
                    Deadline due = peer.Session.NextDeadline;
                    if (due == Deadline.None)
                    {
                        break;
                    }

                    Assert.NotEqual(TimerKind.None, due.Why);
                    if (reads && peer.Session.State == ConnectionState.Open)
                    {
                        peer.Feed(ScriptedPeer.HeartbeatFrame());
                        due = peer.Session.NextDeadline;
                    }

                    peer.ElapseAt(due.At + TimeSpan.FromTicks(lateTicks));
                    seen.Saw(due.Why.ToString(), lateTicks == 0);
                    Assert.True(peer.Session.NextDeadline.At > peer.Now,
                        $"C5 {peer.Session.NextDeadline} at {peer.Now}");
                    if (lateTicks == 0)
                    {
                        Assert.Equal(EndOf(due.Why), peer.End?.Kind);
                    }
                }

                if (peer.End is not null)
                {
                    PeerKit.AssertOver(peer);
                }
            });
        seen.Require("C5", 1);
    }

    [Fact]
    public void C5_Any_script_leaves_only_deadlines_in_the_future() => Props.ForAll(
        "C5.script",
        PeerScript.Any,
        script => Assert.DoesNotContain(script.Run().Failures, f => f.StartsWith("C5", StringComparison.Ordinal)),
        PeerScript.Shrink);

    /// <summary>Half of the times exactly on each deadline in silence, so that timers which are due together
    /// meet.</summary>
    private static (int Late, bool Reads)[] Wakes(Draw draw) => draw.OneIn(2)
        ? [.. Enumerable.Repeat((0, false), draw.Int(1, 30))]
        : draw.List(draw.Int(1, 30), () => (draw.Pick(0, 0, 1, draw.Int(0, 50_000_000)), draw.OneIn(3)));

    private static SessionEndKind? EndOf(TimerKind why) => why switch
    {
        TimerKind.Handshake => SessionEndKind.HandshakeTimeout,
        TimerKind.HeartbeatReceive => SessionEndKind.HeartbeatTimeout,
        TimerKind.CloseReply => SessionEndKind.CloseTimeout,
        TimerKind.Blocked => SessionEndKind.BlockedTimeout,
        _ => null,
    };

    private static ScriptedPeer Bring(ConnectionState state, int heartbeat, bool blocked)
    {
        var peer = new ScriptedPeer(new SessionOptions
        {
            Heartbeat = TimeSpan.FromSeconds(heartbeat),
            BlockedTimeout = TimeSpan.FromSeconds(20),
        });
        peer.HandshakeTo(
            state == ConnectionState.Closing ? ConnectionState.Open : state,
            new ConnectionTune { ChannelMax = 1, FrameMax = 4096, Heartbeat = 60 });
        if (blocked && peer.Session.State == ConnectionState.Open)
        {
            peer.Feed(0, new ConnectionBlocked { Reason = "memory" });
        }

        if (state == ConnectionState.Closing)
        {
            peer.Session.Close(ReplyCode.Success, "bye", peer.Now);
            peer.Drain();
        }

        return peer;
    }

    /// <summary>Times between signs of life, in thousandths of an interval of 10 s; the last one is the final
    /// silence.</summary>
    private static int[] Beats(Draw draw) =>
        [.. draw.List(draw.Int(0, 10), () => draw.Int(0, 1900)), draw.Pick(0, 1000, 1999, 2500)];

    private static ScriptedPeer Drive(int[] schedule, Action<ScriptedPeer, TimeSpan> pass)
    {
        TimeSpan interval = TimeSpan.FromSeconds(10);
        ScriptedPeer peer = new ScriptedPeer(new SessionOptions { Heartbeat = interval }).Handshake();
        foreach (int permille in schedule[..^1])
        {
            pass(peer, interval * (permille / 1000.0));
            peer.Feed(ScriptedPeer.HeartbeatFrame());
        }

        pass(peer, interval * (schedule[^1] / 1000.0));
        return peer;
    }
}
