using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Property.Generators;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>E5, the client's half: a return is matched with a publish that is still unsettled.</summary>
public class ReturnProperties
{
    [Fact]
    public void E5_A_returned_publish_was_not_settled_before() => Props.ForAll(
        "E5.twins",
        Gens.From(draw => draw.List(draw.Int(1, 12), () => (Key: draw.Int(0, 1), Route: draw.Int(0, 2)))),
        publishes =>
        {
            // Publishes that are twins of each other: some stay unsettled, some are settled at once, some come back.
            ScriptedPeer peer = new ScriptedPeer().Handshake();
            ushort channel = peer.OpenChannel();
            peer.Call(channel, new ConfirmSelect());
            peer.Feed(channel, new ConfirmSelectOk());
            foreach ((int key, int route) in publishes)
            {
                peer.Session.Publish(channel, "", $"k{key}", true, BasicProperties.Empty, "body"u8, out ulong sequence);
                peer.Drain();
                if (route == 1)
                {
                    peer.Feed(channel, new BasicAck { DeliveryTag = sequence });
                }
                else if (route == 2)
                {
                    Return(peer, channel, key);
                    EventRecord told = peer.Events[^1];
                    Assert.Equal(EventKind.PublishReturned, told.Kind);
                    Assert.InRange(told.FromSequence, 1ul, sequence);
                    Assert.DoesNotContain(peer.Events, e => e.Kind == EventKind.PublishSettled
                        && e.FromSequence == told.FromSequence);
                    Assert.Single(peer.Events, e => e.Kind == EventKind.PublishReturned
                        && e.FromSequence == told.FromSequence);
                    peer.Feed(channel, new BasicAck { DeliveryTag = sequence });
                }
            }
        },
        PeerKit.Shorter);

    private static void Return(ScriptedPeer peer, ushort channel, int key)
    {
        var method = new BasicReturn { ReplyCode = 312, ReplyText = "NO_ROUTE", RoutingKey = $"k{key}" };
        foreach (byte[] frame in PeerKit.Content(channel, method, "body"u8))
        {
            peer.Feed(frame);
        }
    }
}
