using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>B3, B4 and B5: how a connection ends (AMQP 0-9-1 section 1.4.2.8).</summary>
public class CloseProperties
{
    [Fact]
    public void B3_After_our_close_nothing_but_close_ok_counts()
    {
        var seen = new Distribution("calls were pending", "frames came late");
        Props.ForAll(
            "B3",
            Gens.From(draw => (
                Calls: draw.List(draw.Int(0, 3), () => PeerKit.AnyCall(draw)),
                Late: draw.List(draw.Int(0, 8), () => LateFrame(draw)),
                After: draw.List(draw.Int(0, 4), () => LateFrame(draw)),
                Chunking: PeerKit.Chunks(draw))),
            c =>
            {
                var peer = new ScriptedPeer { Chunking = c.Chunking };
                ushort channel = peer.Handshake().OpenChannel();
                foreach (AmqpMethod call in c.Calls)
                {
                    peer.Call(channel, call);
                }

                seen.Case();
                seen.Saw("calls were pending", c.Calls.Length > 0);
                seen.Saw("frames came late", c.Late.Length > 0);
                Assert.Equal(CommandResult.Ok, peer.Session.Close(ReplyCode.Success, "bye", peer.Now));
                peer.Drain();
                Assert.IsType<ConnectionClose>(peer.Frames[^1].Method);
                int events = peer.Events.Count;
                int sent = peer.Sent.Length;
                foreach (byte[] frame in c.Late)
                {
                    peer.Feed(frame);
                }

                Assert.Equal(ConnectionState.Closing, peer.Session.State);
                Assert.Equal(events, peer.Events.Count);
                Assert.Equal(sent, peer.Sent.Length);
                Assert.Equal(CommandResult.NotOpen, peer.Session.OpenChannel(out _, out _));
                Assert.Equal(CommandResult.NotOpen, peer.Session.Ack(channel, 1, false));
                Assert.Equal(CommandResult.NotOpen, peer.Session.Call(channel, new BasicQos(), out _));

                peer.Feed(0, new ConnectionCloseOk());
                PeerKit.AssertOver(peer);
                Assert.Equal(SessionEndKind.ClosedByApplication, peer.End!.Kind);
                Assert.Equal(CloseInitiator.Application, peer.End.Initiator);
                Assert.Equal(c.Calls.Length, peer.Events.Count(e => e.Kind == EventKind.CallFailed));
                events = peer.Events.Count;
                foreach (byte[] frame in c.After)
                {
                    peer.Feed(frame);
                }

                peer.Advance(TimeSpan.FromDays(1)).FeedEnd(StreamEnd.Fin);
                Assert.Equal(events, peer.Events.Count);
                Assert.Equal(sent, peer.Sent.Length);
            });
        seen.Require("B3", 20);
    }

    [Fact]
    public void B4_Close_collision_ends_in_closed_with_one_event()
    {
        var seen = new Distribution("close-ok", "fin", "reset", "silence");
        Props.ForAll(
            "B4",
            Gens.From(draw => (
                Code: (ReplyCode)draw.Pick(200, 320, 541),
                Twice: draw.OneIn(4),
                OkFirst: draw.OneIn(3),
                Ending: draw.Int(0, 3),
                Chunking: PeerKit.Chunks(draw))),
            c =>
            {
                var peer = new ScriptedPeer { Chunking = c.Chunking };
                peer.Handshake();
                Assert.Equal(CommandResult.Ok, peer.Session.Close(ReplyCode.Success, "bye", peer.Now));
                var crossing = new ConnectionClose { ReplyCode = (ushort)c.Code, ReplyText = "crossing" };
                if (!c.OkFirst)
                {
                    peer.Drain().Feed(0, crossing);
                    Assert.Single(peer.MethodsOn(0).OfType<ConnectionCloseOk>());
                    Assert.Null(peer.End);
                    if (c.Twice)
                    {
                        peer.Feed(0, crossing);
                    }
                }

                seen.Case();
                seen.Saw(Finish(peer, c.Ending));
                if (c.OkFirst)
                {
                    peer.Feed(0, crossing); // behind our end: nobody reads it any more
                    Assert.Empty(peer.MethodsOn(0).OfType<ConnectionCloseOk>());
                }

                PeerKit.AssertOver(peer);
                Assert.Single(peer.MethodsOn(0).OfType<ConnectionClose>());
                Assert.Equal(
                    c.Ending == 3 ? SessionEndKind.CloseTimeout : SessionEndKind.ClosedByApplication, peer.End!.Kind);
            });
        seen.Require("B4", 10);
    }

    [Fact]
    public void B4_The_peers_close_is_answered_and_ends_the_session_at_once() => Props.ForAll(
        "B4.peer",
        Gens.From(draw => (
            State: draw.Pick([.. PeerKit.Handshake, ConnectionState.Open]),
            Code: (ushort)draw.Int(0, 65535),
            Text: draw.Text(),
            Chunking: PeerKit.Chunks(draw))),
        c =>
        {
            var peer = new ScriptedPeer { Chunking = c.Chunking };
            peer.HandshakeTo(c.State);
            peer.Feed(0, new ConnectionClose { ReplyCode = c.Code, ReplyText = c.Text, ClassId = 60, MethodId = 40 });
            PeerKit.AssertOver(peer);
            Assert.IsType<ConnectionCloseOk>(peer.Frames[^1].Method);
            Assert.Equal(CloseInitiator.Peer, peer.End!.Initiator);
            Assert.Equal((ReplyCode)c.Code, peer.End.Code);
            Assert.Equal(c.Text, peer.End.Text);
            Assert.Equal(MethodId.BasicPublish, peer.End.Method);
            Assert.Equal(CommandResult.NotOpen, peer.Session.Close(ReplyCode.Success, "", peer.Now));
        });

    [Fact]
    public void B5_One_terminal_event_and_nothing_after_it()
    {
        var seen = new Distribution([.. PeerScript.Endings]);
        Props.ForAll(
            "B5",
            PeerScript.Any,
            script =>
            {
                PeerScript.Result result = script.Run();
                seen.Case();
                seen.Saw(result.Peer.End!.Kind.ToString());
                PeerKit.AssertOver(result.Peer);
                Assert.DoesNotContain(result.Failures, f => f.StartsWith("B5", StringComparison.Ordinal));
            },
            PeerScript.Shrink,
            cases: 3000);
        seen.Require("B5", 0.1);
    }

    private static string Finish(ScriptedPeer peer, int ending)
    {
        switch (ending)
        {
            case 0:
                peer.Drain().Feed(0, new ConnectionCloseOk());
                return "close-ok";
            case 1:
                peer.FeedEnd(StreamEnd.Fin);
                return "fin";
            case 2:
                peer.FeedEnd(StreamEnd.Reset);
                return "reset";
            default:
                peer.Advance(TimeSpan.FromSeconds(30));
                return "silence";
        }
    }

    /// <summary>Anything well-formed but connection.close and close-ok.</summary>
    private static byte[] LateFrame(Draw draw)
    {
        ushort channel = (ushort)draw.Int(0, 3);
        switch (draw.Int(0, 3))
        {
            case 0:
                return ScriptedPeer.HeartbeatFrame();
            case 1:
                return [.. PeerKit.Content(
                    (ushort)draw.Int(1, 3), new BasicDeliver { ConsumerTag = "c" }, draw.Bytes(5))
                    .SelectMany(f => f)];
            default:
                AmqpMethod method = PeerKit.AnyMethod(draw);
                return method is ConnectionClose or ConnectionCloseOk
                    ? ScriptedPeer.HeartbeatFrame()
                    : ScriptedPeer.MethodFrame(channel, method);
        }
    }
}
