using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Regressions;

/// <summary>Publishes that were told twice, or never, and a silence that did not count.</summary>
public sealed class SettlementRegressions
{
    [Fact]
    public void A_return_is_not_matched_with_a_twin_that_was_settled_out_of_order()
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        ushort channel = ConfirmChannel(peer);
        Publish(peer, channel, "a");
        Publish(peer, channel, "b");
        Publish(peer, channel, "b");
        peer.Feed(channel, new BasicAck { DeliveryTag = 2 });

        peer.Feed(channel, new BasicReturn { ReplyCode = 312, ReplyText = "NO_ROUTE", RoutingKey = "b" });
        peer.Feed(ScriptedPeer.HeaderFrame(channel, 0));

        Assert.True(peer.Events[^1] is { Kind: EventKind.PublishReturned, FromSequence: 3 });
    }

    [Fact]
    public void Every_publish_is_told_once_when_a_settlement_makes_too_many_events()
    {
        var limits = new AmqpLimits { MaxPendingEvents = 2 };
        ScriptedPeer peer = new ScriptedPeer(new SessionOptions { Limits = limits }).Handshake();
        ushort channel = ConfirmChannel(peer);
        for (int i = 0; i < 9; i++)
        {
            Publish(peer, channel, "a");
        }

        for (ulong even = 2; even < 9; even += 2)
        {
            peer.Feed(channel, new BasicAck { DeliveryTag = even });
        }

        peer.Feed(channel, new BasicAck { DeliveryTag = 9, Multiple = true });

        Assert.Equal(SessionEndKind.ProtocolViolation, peer.End!.Kind);
        var told = peer.Events
            .Where(e => e.Kind is EventKind.PublishSettled or EventKind.PublishesLost)
            .SelectMany(e => Enumerable.Range((int)e.FromSequence, (int)(e.ToSequence - e.FromSequence) + 1))
            .Order();
        Assert.Equal(Enumerable.Range(1, 9), told);
    }

    [Fact]
    public void Bytes_given_again_are_no_sign_of_life()
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake(new ConnectionTune { FrameMax = 4096, Heartbeat = 10 });
        var half = new ReadOnlySequence<byte>(ScriptedPeer.HeartbeatFrame().AsMemory(0, 5));
        MonoTime now = peer.Now;
        Assert.False(peer.Session.Receive(in half, now).TryRead(out _));
        Assert.False(peer.Session.Elapse(now + TimeSpan.FromSeconds(1)).TryRead(out _));

        Assert.False(peer.Session.Receive(in half, now + TimeSpan.FromSeconds(19)).TryRead(out _));
        EventScope scope = peer.Session.Elapse(now + TimeSpan.FromSeconds(20));

        Assert.True(scope.TryRead(out AmqpEvent end));
        Assert.Equal(SessionEndKind.HeartbeatTimeout, end.Reason!.Kind);
    }

    private static ushort ConfirmChannel(ScriptedPeer peer)
    {
        ushort channel = peer.OpenChannel();
        peer.Call(channel, new ConfirmSelect());
        peer.Feed(channel, new ConfirmSelectOk());
        return channel;
    }

    private static void Publish(ScriptedPeer peer, ushort channel, string routingKey) => Assert.Equal(
        CommandResult.Ok,
        peer.Session.Publish(
            channel,
            "",
            routingKey,
            mandatory: true,
            BasicProperties.Empty,
            ReadOnlySpan<byte>.Empty,
            out _));
}
