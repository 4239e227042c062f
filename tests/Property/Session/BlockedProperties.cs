using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>B10 and B11, the engine's half: a blocked connection is told of and goes on otherwise, and new credentials
/// disturb nobody.</summary>
public class BlockedProperties
{
    private enum Act
    {
        Block,
        Unblock,
        Ack,
        Call,
        Answer,
        Beat,
        Time,
        Renew,
        AnswerRenewal,
    }

    [Fact]
    public void B10_Blocking_is_told_and_changes_nothing_else()
    {
        var seen = new Distribution("blocked at the end", "blocked twice", "unblocked without need");
        Props.ForAll(
            "B10.told",
            Gens.From(draw => draw.List(draw.Int(1, 30), () => (Act: (Act)draw.Int(0, 6), Value: draw.Int(0, 20)))),
            acts =>
            {
                var with = new Run();
                var without = new Run();
                bool isBlocked = false;
                List<string> told = [];
                seen.Case();
                foreach ((Act act, int value) in acts)
                {
                    with.Play(act, value);
                    if (act is Act.Block or Act.Unblock)
                    {
                        seen.Saw("blocked twice", act == Act.Block && isBlocked);
                        seen.Saw("unblocked without need", act == Act.Unblock && !isBlocked);
                        isBlocked = act == Act.Block;
                        told.Add(isBlocked ? $"reason {value}" : "");
                    }
                    else
                    {
                        without.Play(act, value);
                    }

                    Assert.Equal(isBlocked, with.Peer.Session.Describe().IsBlocked);
                }

                seen.Saw("blocked at the end", isBlocked);
                with.Close();
                without.Close();
                static bool OfBlocking(EventRecord e) => e.Kind is EventKind.Blocked or EventKind.Unblocked;
                Assert.Equal(told, with.Peer.Events.Where(OfBlocking).Select(e => e.Text));
                Assert.Equal(without.Peer.Events, with.Peer.Events.Where(e => !OfBlocking(e)));
                Assert.Equal(without.Peer.Sent.ToArray(), with.Peer.Sent.ToArray());
                Assert.Equal(SessionEndKind.ClosedByApplication, with.Peer.End?.Kind);
            },
            PeerKit.Shorter);
        seen.Require("B10.told", 5);
    }

    [Fact]
    public void B10_A_broker_that_blocks_for_too_long_is_given_up_exactly_then()
    {
        var seen = new Distribution("given up", "unblocked in time", "blocked again meanwhile");
        Props.ForAll(
            "B10.patience",
            Gens.From(draw => (
                Patience: draw.Int(1, 100),
                Acts: draw.List(draw.Int(1, 12), () => (Blocks: draw.OneIn(2), Wait: draw.Int(0, 60))))),
            c =>
            {
                ScriptedPeer peer = new ScriptedPeer(new SessionOptions
                {
                    Heartbeat = TimeSpan.Zero,
                    BlockedTimeout = TimeSpan.FromSeconds(c.Patience),
                }).Handshake();
                MonoTime due = MonoTime.Never;
                seen.Case();
                foreach ((bool blocks, int wait) in c.Acts)
                {
                    peer.Feed(0, blocks ? new ConnectionBlocked { Reason = "memory" } : new ConnectionUnblocked());
                    seen.Saw("blocked again meanwhile", blocks && due != MonoTime.Never);
                    seen.Saw("unblocked in time", !blocks && due != MonoTime.Never);
                    due = !blocks ? MonoTime.Never
                        : due == MonoTime.Never ? peer.Now + TimeSpan.FromSeconds(c.Patience) : due;
                    Assert.Equal(due, peer.Session.NextDeadline.At);
                    peer.Advance(TimeSpan.FromSeconds(wait));
                    if (due <= peer.Now)
                    {
                        Assert.Equal(SessionEndKind.BlockedTimeout, peer.End?.Kind);
                        PeerKit.AssertOver(peer);
                        seen.Saw("given up");
                        return;
                    }

                    Assert.Null(peer.End);
                }
            });
        seen.Require("B10.patience", 5);
    }

    [Fact]
    public void B11_Renewing_the_secret_disturbs_no_traffic_and_each_renewal_is_answered_in_order()
    {
        var seen = new Distribution("several renewals at once", "renewed between calls");
        Props.ForAll(
            "B11",
            Gens.From(draw => draw.List(draw.Int(2, 40), () => (Act: (Act)draw.Int(2, 8), Value: draw.Int(0, 20)))),
            acts =>
            {
                var with = new Run();
                var without = new Run();
                seen.Case();
                foreach ((Act act, int value) in acts)
                {
                    with.Play(act, value);
                    if (act is not (Act.Renew or Act.AnswerRenewal))
                    {
                        without.Play(act, value);
                    }

                    seen.Saw("several renewals at once", with.Renewals.Count > 1);
                    seen.Saw("renewed between calls", act == Act.Renew && with.PendingAnswers > 0);
                }

                while (with.Renewals.Count > 0)
                {
                    with.Play(Act.AnswerRenewal, 0);
                }

                Assert.Equal(
                    with.Renewed,
                    with.Peer.Events.Where(e => e.Method is ConnectionUpdateSecretOk).Select(e => e.Request));
                Assert.Equal(
                    without.Peer.Frames.Where(f => f.Channel != 0).Select(f => f.ToString()),
                    with.Peer.Frames.Where(f => f.Channel != 0).Select(f => f.ToString()));

                // Requests are numbered through, so the numbers alone may differ.
                Assert.Equal(
                    without.Peer.Events.Select(e => e with { Request = default }),
                    with.Peer.Events.Where(e => e.Method is not ConnectionUpdateSecretOk)
                        .Select(e => e with { Request = default }));
            },
            PeerKit.Shorter);
        seen.Require("B11", 10);
    }

    /// <summary>A connection with one channel, and what is done with it.</summary>
    private sealed class Run
    {
        private readonly ushort _channel;
        private readonly Queue<AmqpMethod> _answers = [];

        public Run() => _channel = Peer.OpenChannel();

        public ScriptedPeer Peer { get; } = new ScriptedPeer(
            new SessionOptions { Heartbeat = TimeSpan.FromSeconds(10) }).Handshake();

        public Queue<RequestId> Renewals { get; } = [];

        public List<RequestId> Renewed { get; } = [];

        public int PendingAnswers => _answers.Count;

        public void Play(Act act, int value)
        {
            switch (act)
            {
                case Act.Block:
                    Peer.Feed(0, new ConnectionBlocked { Reason = $"reason {value}" });
                    break;
                case Act.Unblock:
                    Peer.Feed(0, new ConnectionUnblocked());
                    break;
                case Act.Ack:
                    Assert.Equal(CommandResult.Ok, Peer.Session.Ack(_channel, (ulong)value, true));
                    Peer.Drain();
                    break;
                case Act.Call:
                    AmqpMethod call = PeerKit.CallNumber(value);
                    Peer.Call(_channel, call);
                    _answers.Enqueue(PeerKit.AnswerTo(call)!);
                    break;
                case Act.Answer when _answers.TryDequeue(out AmqpMethod? answer):
                    Peer.Feed(_channel, answer);
                    break;
                case Act.Beat:
                    Peer.Feed(ScriptedPeer.HeartbeatFrame());
                    break;
                case Act.Time:
                    // Alive all the while, and a sign of life behind it, so that only blocking could end it.
                    Peer.Advance(TimeSpan.FromMilliseconds(value * 100)).Feed(ScriptedPeer.HeartbeatFrame());
                    break;
                case Act.Renew:
                    Renewals.Enqueue(Peer.Call(0, new ConnectionUpdateSecret { NewSecret = "s", Reason = "r" }));
                    break;
                case Act.AnswerRenewal when Renewals.TryDequeue(out RequestId renewal):
                    Renewed.Add(renewal);
                    Peer.Feed(0, new ConnectionUpdateSecretOk());
                    break;
            }
        }

        public void Close()
        {
            Peer.Session.Close(ReplyCode.Success, "bye", Peer.Now);
            Peer.Drain().Feed(0, new ConnectionCloseOk());
        }
    }
}
