using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Property.Session;
using Amqp.Property.Wire;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Network;

/// <summary>H1 and H3: a peer that falls silent, and one whose stream ends without a word.</summary>
public class StreamEndProperties
{
    [Fact]
    public void H1_A_silent_peer_is_found_out_although_every_write_succeeds()
    {
        var seen = new Distribution("busy to the end", "with calls pending");
        Props.ForAll(
            "H1",
            Gens.From(draw => (
                Seconds: draw.Pick(1, 4, 60),
                Origin: PeerKit.Origin(draw),
                Writes: draw.List(draw.Int(0, 60), () => (Permille: draw.Int(0, 120), Kind: draw.Int(0, 2))))),
            c =>
            {
                TimeSpan interval = TimeSpan.FromSeconds(c.Seconds);
                ScriptedPeer peer = new ScriptedPeer(new SessionOptions { Heartbeat = interval }, c.Origin).Handshake();
                ushort channel = peer.OpenChannel();
                MonoTime dead = peer.Now + (interval * 2);
                int calls = 0;
                seen.Case();
                foreach ((int permille, int kind) in c.Writes)
                {
                    // Writes go into a buffer and succeed; the peer says nothing to any of them.
                    peer.Advance(interval * (permille / 1000.0));
                    Assert.Equal(peer.Now < dead, peer.End is null);
                    if (peer.End is not null)
                    {
                        break;
                    }

                    switch (kind)
                    {
                        case 0:
                            peer.Session.Publish(channel, "", "k", true, BasicProperties.Empty, new byte[500], out _);
                            break;
                        case 1:
                            peer.Session.Ack(channel, 1, false);
                            break;
                        default:
                            peer.Call(channel, PeerKit.CallNumber(calls++));
                            break;
                    }

                    peer.Drain();
                }

                seen.Saw("busy to the end", peer.End is not null);
                seen.Saw("with calls pending", calls > 0);
                if (peer.End is null)
                {
                    peer.Advance(dead - peer.Now - TimeSpan.FromTicks(1));
                    Assert.Null(peer.End);
                    peer.Advance(TimeSpan.FromTicks(1));
                }

                Assert.Equal(SessionEndKind.HeartbeatTimeout, peer.End?.Kind);
                Assert.Equal(calls, peer.Events.Count(e => e.Kind == EventKind.CallFailed));
                PeerKit.AssertOver(peer);
            });
        seen.Require("H1", 10);
    }

    [Fact]
    public void H3_What_came_before_the_end_of_the_stream_is_handled_first_and_then_all_that_was_pending_fails()
    {
        var seen = new Distribution("in the middle of a frame", "calls pending", "publishes pending");
        Props.ForAll(
            "H3",
            Gens.From(draw => (
                Script: Conversation.Make(draw),
                Cut: draw.Int(0, 1000),
                End: draw.Pick(StreamEnd.Fin, StreamEnd.Reset, StreamEnd.Error))),
            c =>
            {
                // All steps but the last whole; of the last a part of what the server sends.
                byte[] last = c.Script[^1].Server;
                int kept = last.Length * c.Cut / 1000;
                Wire.Step[] steps = [.. c.Script[..^1], c.Script[^1] with { Server = last[..kept] }];
                (List<EventRecord> without, _) = Play(steps, null);
                (List<EventRecord> with, bool openBefore) = Play(steps, c.End);
                Assert.Equal(without, with.Take(without.Count));
                EventRecord[] news = [.. with.Skip(without.Count)];
                seen.Case();
                if (!openBefore)
                {
                    Assert.Empty(news);
                    return;
                }

                Assert.Equal(EventKind.SessionClosed, news[^1].Kind);
                Assert.All(news[..^1], e => Assert.Contains(
                    e.Kind, (EventKind[])[EventKind.CallFailed, EventKind.PublishesLost, EventKind.ChannelClosed]));
                Assert.All(news, e => Assert.Equal(news[^1].Reason, e.Reason));
                seen.Saw("calls pending", news.Any(e => e.Kind == EventKind.CallFailed));
                seen.Saw("publishes pending", news.Any(e => e.Kind == EventKind.PublishesLost));
                seen.Saw(
                    "in the middle of a frame",
                    news[^1].Reason!.Text.Contains("bytes into a frame", StringComparison.Ordinal));
            });
        seen.Require("H3", 2);
    }

    private static (List<EventRecord> Events, bool OpenBefore) Play(Wire.Step[] steps, StreamEnd? end)
    {
        var session = new AmqpSession(Conversation.Options, new SegmentedWriter(), MonoTime.Zero);
        session.Start(MonoTime.Zero);
        List<EventRecord> events = [];
        byte[] unread = [];
        foreach (Wire.Step step in steps)
        {
            foreach ((_, Func<AmqpSession, string> run) in step.Commands)
            {
                run(session);
            }

            unread = [.. unread, .. step.Server];
            var input = new System.Buffers.ReadOnlySequence<byte>(unread);
            EventScope scope = session.Receive(in input, MonoTime.Zero);
            Drain(ref scope, events);
            unread = unread[(int)input.Slice(0, scope.Consumed).Length..];
        }

        bool open = session.State != ConnectionState.Closed;
        if (end is { } how)
        {
            EventScope scope = session.ReceiveEnd(how, MonoTime.Zero);
            Drain(ref scope, events);
            Assert.Equal(ConnectionState.Closed, session.State);
        }

        return (events, open);
    }

    private static void Drain(ref EventScope scope, List<EventRecord> events)
    {
        while (scope.TryRead(out AmqpEvent e))
        {
            events.Add(e.ToRecord());
        }
    }
}
