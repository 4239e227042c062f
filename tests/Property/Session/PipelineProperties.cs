using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Property.Generators;
using Amqp.Property.World;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>D2, with a window: several calls of a channel in flight at once.</summary>
public class PipelineProperties
{
    [Fact]
    public void D2_A_window_bounds_what_is_in_flight_and_replies_pair_in_order()
    {
        var seen = new Distribution("full", "all at once", "one at a time");
        Props.ForAll(
            "D2.window",
            Gens.From(draw => (
                Window: draw.Int(1, 8),
                Calls: draw.List(draw.Int(1, 20), () => PeerKit.AnyCall(draw)),
                Answered: draw.List(20, () => draw.Int(0, 3)),
                Chunking: PeerKit.Chunks(draw))),
            c =>
            {
                var peer = new ScriptedPeer { Chunking = c.Chunking };
                peer.Handshake();
                ushort channel = peer.OpenChannel();
                int skip = peer.MethodsOn(channel).Count;
                Assert.Equal(CommandResult.Ok, peer.Session.SetCallWindow(channel, c.Window));
                var ids = new List<RequestId>();
                int answered = 0;
                bool wasFull = false;
                for (int i = 0; i < c.Calls.Length; i++)
                {
                    ids.Add(peer.Call(channel, c.Calls[i]));
                    Answer(c.Answered[i]);
                }

                Answer(c.Calls.Length);
                EventRecord[] done = [.. peer.Events.Where(e => e.Kind == EventKind.CallCompleted).Skip(1)];
                Assert.Equal(ids, done.Select(e => e.Request));
                Assert.Equal(c.Calls.Select(call => PeerKit.AnswerTo(call)!), done.Select(e => e.Method!));
                seen.Case();
                seen.Saw("full", wasFull);
                seen.Saw("one at a time", c.Window == 1);
                seen.Saw("all at once", c.Window >= c.Calls.Length);

                void Answer(int count)
                {
                    for (; count > 0 && answered < ids.Count; count--)
                    {
                        peer.Feed(channel, PeerKit.AnswerTo(c.Calls[answered++])!);
                        Check();
                    }

                    Check();
                }

                void Check()
                {
                    int sent = peer.MethodsOn(channel).Count - skip;
                    Assert.Equal(Math.Min(ids.Count, answered + c.Window), sent);
                    wasFull |= sent < ids.Count;
                    Assert.Equal(c.Calls.Take(sent), peer.MethodsOn(channel).Skip(skip));
                }
            });
        seen.Require("D2.window", 5);
    }

    /// <summary>The broker closes the channel at one of them: that one is refused, what came before has its answer,
    /// and the rest was not carried out, whether it was sent or not.</summary>
    [Fact]
    public void D2_An_error_fails_the_call_whose_turn_it_was_and_tells_that_the_rest_was_not_reached() => Props.ForAll(
        "D2.refused",
        Gens.From(draw => (
            Window: draw.Int(1, 8),
            Count: draw.Int(1, 12),
            Bad: draw.Int(0, 11),
            ClosesToo: draw.OneIn(2))),
        c =>
        {
            int bad = c.Bad % c.Count;
            var core = new BrokerCore();
            var client = new BrokerClient(core);
            ushort channel = client.OpenChannel();
            client.Session.SetCallWindow(channel, c.Window);
            List<RequestId> ids = [.. Enumerable.Range(0, c.Count)
                .Select(i => Call(client, channel, new QueueDeclare { Queue = $"q{i}", Passive = i == bad }))];
            RequestId close = default;
            if (c.ClosesToo)
            {
                Assert.Equal(
                    CommandResult.Ok, client.Session.CloseChannel(channel, ReplyCode.Success, "", out close));
            }

            client.Exchange();
            EventRecord[] failed = [.. client.Events.Where(e => e.Kind == EventKind.CallFailed)];
            Assert.Equal(ids[bad..], failed.Select(e => e.Request));
            Assert.Equal(CallFailure.Refused, failed[0].Failure);
            Assert.All(failed[1..], e => Assert.Equal(CallFailure.NotReached, e.Failure));
            Assert.Equal(ReplyCode.NotFound, failed[0].Reason!.Code);
            Assert.Equal(
                Enumerable.Range(0, bad).Select(i => $"q{i}").Order(),
                core.ListQueues("/").Select(each => each.Name).Order());
            if (c.ClosesToo)
            {
                Assert.Single(client.Events, e => e.Kind == EventKind.CallCompleted && e.Request == close);
            }
        });

    [Fact]
    public void D2_What_was_sent_may_be_carried_out_when_the_connection_ends_and_what_was_not_is_not()
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        ushort channel = peer.OpenChannel();
        peer.Session.SetCallWindow(channel, 2);
        for (int i = 0; i < 4; i++)
        {
            peer.Call(channel, new QueueDeclare { Queue = "q" });
        }

        peer.FeedEnd(StreamEnd.Reset);
        Assert.Equal(
            [CallFailure.Unknown, CallFailure.Unknown, CallFailure.NotReached, CallFailure.NotReached],
            peer.Events.Where(e => e.Kind == EventKind.CallFailed).Select(e => e.Failure));
    }

    /// <summary>A refused acknowledgement is no call, so none is to blame.</summary>
    [Fact]
    public void D2_An_error_that_no_call_made_blames_none()
    {
        var core = new BrokerCore();
        var client = new BrokerClient(core);
        ushort channel = client.OpenChannel();
        client.Session.SetCallWindow(channel, 2);
        Assert.Equal(CommandResult.Ok, client.Session.Ack(channel, 7, false));
        Call(client, channel, new QueueDeclare { Queue = "q" });
        client.Exchange();
        EventRecord failed = Assert.Single(client.Events, e => e.Kind == EventKind.CallFailed);
        Assert.Equal(CallFailure.NotReached, failed.Failure);
        Assert.Empty(core.ListQueues("/"));
    }

    [Fact]
    public void D2_A_close_waits_for_the_answers_to_all_that_are_in_flight()
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        ushort channel = peer.OpenChannel();
        peer.Session.SetCallWindow(channel, 3);
        peer.Call(channel, new BasicQos());
        peer.Call(channel, new BasicQos());
        Assert.Equal(CommandResult.Ok, peer.Session.CloseChannel(channel, ReplyCode.Success, "", out _));
        peer.Drain().Feed(channel, new BasicQosOk());
        Assert.DoesNotContain(peer.MethodsOn(channel), m => m is ChannelClose);
        peer.Feed(channel, new BasicQosOk());
        Assert.IsType<ChannelClose>(peer.MethodsOn(channel)[^1]);
    }

    private static RequestId Call(BrokerClient client, ushort channel, AmqpMethod method)
    {
        Assert.Equal(CommandResult.Ok, client.Session.Call(channel, method, out RequestId id));
        return id;
    }
}
