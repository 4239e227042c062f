using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>D5, the engine's half: <c>channel.flow</c> is answered and told (AMQP 0-9-1 section 1.5.2.3).</summary>
public class FlowProperties
{
    [Fact]
    public void D5_Each_flow_is_answered_with_its_own_bit_at_once_and_told()
    {
        var seen = new Distribution("with a call pending", "while closing", "several channels");
        Props.ForAll(
            "D5.answer",
            Gens.From(draw => (
                Flows: draw.List(draw.Int(1, 20), () => (Channel: draw.Int(0, 2), Active: draw.OneIn(2))),
                Busy: draw.OneIn(2),
                Closing: draw.Int(-3, 2),
                Chunking: PeerKit.Chunks(draw))),
            c =>
            {
                var peer = new ScriptedPeer { Chunking = c.Chunking };
                peer.Handshake();
                ushort[] channels = [peer.OpenChannel(), peer.OpenChannel(), peer.OpenChannel()];
                if (c.Busy)
                {
                    peer.Call(channels[0], new QueueDeclare { Queue = "slow" });
                }

                if (c.Closing > 0)
                {
                    peer.Session.CloseChannel(channels[c.Closing], ReplyCode.Success, "", out _);
                    peer.Drain();
                }

                int events = peer.Events.Count;
                foreach ((int which, bool active) in c.Flows)
                {
                    int frames = peer.Frames.Count;
                    peer.Feed(channels[which], new ChannelFlow { Active = active });
                    bool isClosing = c.Closing > 0 && which == c.Closing;
                    AmqpMethod[] due = isClosing ? [] : [new ChannelFlowOk { Active = active }];
                    Assert.Equal(due, peer.Frames.Skip(frames).Select(f => f.Method!));
                    Assert.All(peer.Frames.Skip(frames), f => Assert.Equal(channels[which], f.Channel));
                }

                seen.Case();
                seen.Saw("with a call pending", c.Busy && c.Flows.Any(f => f.Channel == 0));
                seen.Saw("while closing", c.Closing > 0 && c.Flows.Any(f => f.Channel == c.Closing));
                seen.Saw("several channels", c.Flows.Select(f => f.Channel).Distinct().Count() > 1);
                Assert.Equal(
                    c.Flows.Where(f => c.Closing <= 0 || f.Channel != c.Closing)
                        .Select(f => (EventKind.ChannelFlow, channels[f.Channel], f.Active)),
                    peer.Events.Skip(events).Select(e => (e.Kind, e.Channel, e.Flag)));
                Assert.Null(peer.End);
            });
        seen.Require("D5.answer", 10);
    }
}
