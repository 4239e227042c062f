using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Where messages come back to in a quorum queue, as measured on RabbitMQ 3.10.</summary>
public class QuorumReturnTests
{
    private readonly BrokerCore _core = new();

    [Fact]
    public void With_a_delivery_limit_a_refused_message_is_next_again_until_it_has_come_too_often()
    {
        var peer = Open(("x-delivery-limit", 2), ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "dead"));
        _core.DeclareQueue("/", "dead");
        List<string> got = [];
        for (ulong tag = 1; tag <= 4; tag++)
        {
            got.Add(Get(peer));
            peer.Send(1, new BasicNack { DeliveryTag = tag, Requeue = true });
        }

        Assert.Equal(["0", "0", "0", "1"], got);
        Assert.Equal(1, _core.FindQueue("/", "dead")!.Ready);
    }

    [Fact]
    public void Without_one_it_goes_behind_what_waits()
    {
        var peer = Open();
        List<string> got = [];
        for (ulong tag = 1; tag <= 5; tag++)
        {
            got.Add(Get(peer));
            peer.Send(1, new BasicNack { DeliveryTag = tag, Requeue = true });
        }

        Assert.Equal(["0", "1", "2", "3", "0"], got);
    }

    [Fact]
    public void What_a_channels_end_gives_back_goes_first()
    {
        var peer = Open();
        Get(peer);
        Get(peer);
        peer.Send(1, new ChannelClose { ReplyText = "" });
        peer.Send(1, new ChannelOpen());
        peer.Take();
        Assert.Equal(["0", "1", "2", "3"], [Get(peer), Get(peer), Get(peer), Get(peer)]);
    }

    [Fact]
    public void What_was_out_when_the_broker_stopped_goes_first()
    {
        var peer = Open();
        Get(peer);
        Get(peer);
        _core.Stop();
        _core.Start();
        var next = BrokerPeer.Open(_core);
        Assert.Equal(["0", "1", "2", "3"], [Get(next), Get(next), Get(next), Get(next)]);
    }

    private BrokerPeer Open(params (string Key, FieldValue Value)[] arguments)
    {
        var peer = BrokerPeer.Open(_core);
        peer.Send(1, new QueueDeclare
        {
            Queue = "q",
            Durable = true,
            Arguments = FieldTable.Create([("x-queue-type", "quorum"), .. arguments]),
        });
        for (var i = 0; i < 4; i++)
        {
            peer.Publish(1, "", "q", $"{i}");
        }

        peer.Take();
        return peer;
    }

    private static string Get(BrokerPeer peer)
    {
        peer.Send(1, new BasicGet { Queue = "q" });
        return peer.Take()[^1];
    }
}
