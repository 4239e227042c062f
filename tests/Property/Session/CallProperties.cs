using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>D2: synchronous methods, one at a time on each channel (AMQP 0-9-1 section 1.1.3).</summary>
public class CallProperties
{
    [Fact]
    public void D2_One_call_is_outstanding_and_replies_pair_in_order()
    {
        var seen = new Distribution("queued", "two channels busy");
        Props.ForAll(
            "D2.order",
            Gens.From(draw => (
                Calls: draw.List(draw.Int(1, 12), () => (Channel: draw.Int(0, 1), Call: PeerKit.AnyCall(draw))),
                Answers: draw.List(draw.Int(0, 12), () => draw.Int(0, 1)),
                Chunking: PeerKit.Chunks(draw))),
            c =>
            {
                var peer = new ScriptedPeer { Chunking = c.Chunking };
                peer.Handshake();
                ushort[] channels = [peer.OpenChannel(), peer.OpenChannel()];
                int[] skip = [.. channels.Select(channel => peer.MethodsOn(channel).Count)];
                int[] answered = [0, 0];
                List<RequestId>[] ids = [[], []];
                int events = peer.Events.Count;
                foreach (var (which, call) in c.Calls)
                {
                    ids[which].Add(peer.Call(channels[which], call));
                    AssertOneOutstanding();
                }

                seen.Case();
                seen.Saw("queued", ids.Any(list => list.Count > 2));
                seen.Saw("two channels busy", ids.All(list => list.Count > 0));
                foreach (int which in c.Answers.Concat(Enumerable.Repeat(0, 12)).Concat(Enumerable.Repeat(1, 12)))
                {
                    if (answered[which] < ids[which].Count)
                    {
                        AmqpMethod request = peer.MethodsOn(channels[which])[skip[which] + answered[which]++];
                        peer.Feed(channels[which], PeerKit.AnswerTo(request)!);
                        AssertOneOutstanding();
                    }
                }

                for (int which = 0; which < 2; which++)
                {
                    EventRecord[] done =
                        [.. peer.Events.Skip(events)
                            .Where(e => e.Channel == channels[which] && e.Kind == EventKind.CallCompleted)];
                    AmqpMethod[] calls = [.. c.Calls.Where(call => call.Channel == which).Select(call => call.Call)];
                    Assert.Equal(ids[which], done.Select(e => e.Request));
                    Assert.Equal(calls.Select(call => PeerKit.AnswerTo(call)!), done.Select(e => e.Method!));
                    Assert.Equal(calls, peer.MethodsOn(channels[which]).Skip(skip[which]));
                }

                void AssertOneOutstanding()
                {
                    for (int which = 0; which < 2; which++)
                    {
                        int sent = peer.MethodsOn(channels[which]).Count - skip[which];
                        Assert.Equal(Math.Min(ids[which].Count, answered[which] + 1), sent);
                    }
                }
            });
        seen.Require("D2.order", 20);
    }

    [Fact]
    public void D2_A_reply_that_nothing_waits_for_is_an_error()
    {
        var seen = new Distribution("idle", "another call");
        Props.ForAll(
            "D2.unexpected",
            Gens.From(draw => (Call: draw.OneIn(3) ? null : PeerKit.AnyCall(draw),
                Reply: PeerKit.AnswerTo(PeerKit.AnyCall(draw))!)),
            c =>
            {
                if (c.Call is not null && c.Call.Id.IsReply(c.Reply.Id))
                {
                    return;
                }

                seen.Case();
                seen.Saw(c.Call is null ? "idle" : "another call");
                ScriptedPeer peer = new ScriptedPeer().Handshake();
                ushort channel = peer.OpenChannel();
                RequestId id = c.Call is null ? default : peer.Call(channel, c.Call);
                peer.Feed(channel, c.Reply);
                PeerKit.AssertViolation(peer, ReplyCode.CommandInvalid, ReplyCode.UnexpectedFrame);
                Assert.Equal(
                    c.Call is null ? 0 : 1, peer.Events.Count(e => e.Kind == EventKind.CallFailed && e.Request == id));
            });
        seen.Require("D2.unexpected", 20);
    }

    [Fact]
    public void D2_Publishes_and_acks_do_not_wait_for_calls() => Props.ForAll(
        "D2.through",
        Gens.From(draw => draw.List(draw.Int(1, 20), () => draw.Int(0, 2))),
        kinds =>
        {
            ScriptedPeer peer = new ScriptedPeer().Handshake();
            ushort channel = peer.OpenChannel();
            peer.Call(channel, new QueueDeclare { Queue = "slow" });
            int before = peer.MethodsOn(channel).Count;
            foreach (int kind in kinds)
            {
                CommandResult result = kind switch
                {
                    0 => peer.Session.Publish(channel, "", "k", false, BasicProperties.Empty, "b"u8, out _),
                    1 => peer.Session.Ack(channel, 1, false),
                    _ => peer.Session.Send(channel, new QueueBind { Queue = "q", Exchange = "x", NoWait = true }),
                };
                Assert.Equal(CommandResult.Ok, result);
            }

            peer.Drain();
            MethodId[] ids = [MethodId.BasicPublish, MethodId.BasicAck, MethodId.QueueBind];
            Assert.Equal(kinds.Select(kind => ids[kind]), peer.MethodsOn(channel).Skip(before).Select(m => m.Id));
        });

    [Fact]
    public void D2_Pending_calls_are_limited()
    {
        var limits = new AmqpLimits { MaxPendingCalls = 5 };
        ScriptedPeer peer = new ScriptedPeer(new SessionOptions { Limits = limits }).Handshake();
        ushort channel = peer.OpenChannel();
        for (int i = 0; i < 5; i++)
        {
            peer.Call(channel, new BasicQos());
        }

        Assert.Equal(CommandResult.TooManyPendingCalls, peer.Session.Call(channel, new BasicQos(), out RequestId id));
        Assert.Equal(default, id);
        peer.Feed(channel, new BasicQosOk());
        peer.Call(channel, new BasicQos());
    }
}
