using Amqp.Engine.Commands;
using Amqp.Engine.Spec;
using Amqp.Simulation.Peers;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>AMQP 0-9-1 section 4.2.5.3: a short string has at most 255 octets, and what is longer is the caller's
/// mistake, not the peer's trouble.</summary>
public sealed class ShortStringTests
{
    private const int Longest = 255;

    [Theory]
    [InlineData("consumer tag")]
    [InlineData("consumer tag to cancel")]
    [InlineData("queue")]
    [InlineData("exchange")]
    [InlineData("exchange type")]
    [InlineData("routing key")]
    public void The_longest_short_string_is_sent_and_a_longer_one_is_refused_before_an_octet_leaves(string what)
    {
        ScriptedPeer peer = new ScriptedPeer().Handshake();
        ushort channel = peer.OpenChannel();
        int sent = peer.Sent.Length;

        foreach (string tooLong in (string[])[new('x', Longest + 1), new('ä', (Longest + 1) / 2)])
        {
            Assert.Throws<ArgumentException>(() => peer.Session.Call(channel, Make(what, tooLong), out _));
            peer.Drain();
            Assert.Equal(sent, peer.Sent.Length);
        }

        var longest = new string('x', Longest);
        Assert.Equal(CommandResult.Ok, peer.Session.Call(channel, Make(what, longest), out _));
        peer.Drain();
        Assert.Equal(Make(what, longest), peer.MethodsOn(channel).Last());
        Assert.Null(peer.End);
    }

    private static AmqpMethod Make(string what, string text) => what switch
    {
        "consumer tag" => new BasicConsume { Queue = "q", ConsumerTag = text },
        "consumer tag to cancel" => new BasicCancel { ConsumerTag = text },
        "queue" => new QueueDeclare { Queue = text },
        "exchange" => new ExchangeDeclare { Exchange = text, Type = "direct" },
        "exchange type" => new ExchangeDeclare { Exchange = "e", Type = text },
        _ => new QueueBind { Queue = "q", Exchange = "e", RoutingKey = text },
    };
}
