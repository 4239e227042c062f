using System.Buffers;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Regressions;

/// <summary>Channels that were closed, or ended, at an awkward moment.</summary>
public sealed class ChannelRegressions
{
    [Fact]
    public void A_channel_closed_inside_a_delivery_waits_for_its_close_ok()
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        ushort channel = peer.OpenChannel();
        peer.Feed(channel, new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1 });
        Assert.Equal(CommandResult.Ok, peer.Session.CloseChannel(channel, ReplyCode.Success, "", out RequestId close));

        peer.Feed(ScriptedPeer.HeaderFrame(channel, 2)).Feed(ScriptedPeer.BodyFrame(channel, "ab"u8));
        peer.Feed(channel, new ChannelCloseOk());

        Assert.Null(peer.End);
        Assert.DoesNotContain(peer.Events, e => e.Kind == EventKind.Delivery);
        Assert.Single(peer.Events, e => e.Kind == EventKind.CallCompleted && e.Request == close);
        Assert.Equal(EventKind.ChannelClosed, peer.Events[^1].Kind);
    }

    [Fact]
    public void A_close_waits_for_the_body_of_a_get()
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        ushort channel = peer.OpenChannel();
        peer.Call(channel, new BasicGet { Queue = "q" });
        peer.Feed(channel, new BasicGetOk { DeliveryTag = 1 }).Feed(ScriptedPeer.HeaderFrame(channel, 2));
        Assert.Equal(CommandResult.Ok, peer.Session.CloseChannel(channel, ReplyCode.Success, "", out _));
        peer.Drain();
        Assert.DoesNotContain(peer.MethodsOn(channel), m => m is ChannelClose);

        peer.Feed(ScriptedPeer.BodyFrame(channel, "ab"u8));

        Assert.True(peer.Events[^1] is { Kind: EventKind.Body, Flag: true });
        Assert.IsType<ChannelClose>(peer.MethodsOn(channel)[^1]);
    }

    [Fact]
    public void A_number_is_taken_until_the_end_of_its_channel_was_read()
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        ushort channel = peer.OpenChannel();
        peer.Call(channel, new QueueDeclare { Queue = "q" });
        byte[] close = ScriptedPeer.MethodFrame(channel, new ChannelClose { ReplyCode = 404, ReplyText = "NOT_FOUND" });

        EventScope scope = peer.Session.Receive(new ReadOnlySequence<byte>(close), peer.Now);
        Assert.True(scope.TryRead(out AmqpEvent failed));
        Assert.Equal(EventKind.CallFailed, failed.Kind);
        peer.Session.OpenChannel(out ushort other, out _);
        Assert.NotEqual(channel, other);
        Assert.True(scope.TryRead(out AmqpEvent ended));
        Assert.Equal(EventKind.ChannelClosed, ended.Kind);
        peer.Session.OpenChannel(out ushort again, out _);
        Assert.Equal(channel, again);
        Assert.False(scope.TryRead(out _));
    }

    [Fact]
    public void An_answer_cannot_be_sent_by_a_client()
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        ushort channel = peer.OpenChannel();
        Assert.Equal(
            CommandResult.InvalidArgument,
            peer.Session.Send(channel, new BasicCancelOk { ConsumerTag = "c" }));
        Assert.Equal(CommandResult.InvalidArgument, peer.Session.Send(channel, new QueueDeclareOk { Queue = "q" }));
        Assert.Equal(CommandResult.Ok, peer.Session.Send(channel, new ChannelFlowOk { Active = true }));
    }

    [Fact]
    public void A_close_text_that_ends_in_half_a_character_is_cut_to_fit()
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        Assert.Equal(
            CommandResult.Ok,
            peer.Session.Close(ReplyCode.Success, new string('x', 255) + '\ud83d', peer.Now));
        peer.Drain();
        Assert.Equal(new string('x', 255), Assert.IsType<ConnectionClose>(peer.Frames[^1].Method).ReplyText);
    }

    [Fact]
    public void Options_without_limits_or_properties_are_named()
    {
        Assert.Equal(
            "Limits",
            Assert.Throws<ArgumentNullException>(
                () => new SessionOptions { Limits = null! }.Validate()).ParamName);
        Assert.Equal(
            "ClientProperties",
            Assert.Throws<ArgumentNullException>(
                () => new SessionOptions { ClientProperties = null! }.Validate()).ParamName);
    }
}
