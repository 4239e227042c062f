using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>C7: a clock that jumps, as after a suspended process, kills no healthy connection and makes no
/// burst.</summary>
public class ClockProperties
{
    private enum Act
    {
        Step,
        StepBack,
        Look,
        Read,
        ReadThenLook,
    }

    [Fact]
    public void C7_A_jump_of_the_clock_kills_only_what_was_silent_for_two_intervals_by_it_and_makes_no_burst()
    {
        var seen = new Distribution("dead by a jump", "alive after a long jump", "went back", "dead");
        Props.ForAll(
            "C7",
            Gens.From(draw => (
                Seconds: draw.Pick(1, 5, 60),
                Origin: PeerKit.Origin(draw),
                Acts: draw.List(draw.Int(1, 25), () => (Act: (Act)draw.Int(0, 4), Permille: draw.Pick(
                    draw.Int(0, 500), draw.Int(0, 1999), 2000, draw.Int(2000, 1_000_000)))))),
            c =>
            {
                TimeSpan interval = TimeSpan.FromSeconds(c.Seconds);
                ScriptedPeer peer = new ScriptedPeer(new SessionOptions { Heartbeat = interval }, c.Origin).Handshake();
                MonoTime latest = peer.Now; // what the session has seen: it never goes back
                MonoTime lastByte = peer.Now;
                TimeSpan jump = TimeSpan.Zero;
                seen.Case();
                foreach ((Act act, int permille) in c.Acts)
                {
                    TimeSpan span = interval * (permille / 1000.0);
                    int frames = peer.Frames.Count;
                    switch (act)
                    {
                        case Act.Step:
                            peer.Skip(span);
                            jump = span;
                            continue;
                        case Act.StepBack:
                            peer.Skip(-span);
                            seen.Saw("went back", peer.Now < latest);
                            continue;
                    }

                    latest = peer.Now > latest ? peer.Now : latest;
                    if (act is Act.Read or Act.ReadThenLook)
                    {
                        // What had arrived before the jump is read behind it: a sign of life all the same.
                        peer.Feed(ScriptedPeer.HeartbeatFrame());
                        seen.Saw("alive after a long jump", latest - lastByte >= interval * 2);
                        lastByte = latest;
                    }

                    bool isDead = act != Act.Read && latest - lastByte >= interval * 2;
                    if (act != Act.Read)
                    {
                        peer.ElapseAt(peer.Now);
                    }

                    Assert.Equal(isDead ? SessionEndKind.HeartbeatTimeout : null, peer.End?.Kind);
                    Assert.InRange(peer.Frames.Count - frames, 0, 1);
                    if (isDead)
                    {
                        seen.Saw("dead");
                        seen.Saw("dead by a jump", jump >= interval * 2);
                        PeerKit.AssertOver(peer);
                        return;
                    }
                }
            },
            c => PeerKit.Shorter(c.Acts).Select(acts => c with { Acts = acts }));
        seen.Require("C7", 5);
    }
}
