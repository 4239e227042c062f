using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Queues that go with their last consumer, as measured on RabbitMQ 3.10 and 4.0.</summary>
public class AutoDeleteTests
{
    private readonly BrokerCore _core = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_the_last_consumers_channel_held_goes_with_the_queue_and_is_no_dead_letter(bool isCancelled)
    {
        var peer = Open();
        peer.Send(isCancelled ? (ushort)2 : (ushort)1, isCancelled
            ? new BasicCancel { ConsumerTag = "b" }
            : new ChannelClose { ReplyText = "" });
        peer.Send(isCancelled ? (ushort)1 : (ushort)2, new ChannelClose { ReplyText = "" });
        Assert.Null(_core.FindQueue("/", "q"));
        Assert.Equal(isCancelled ? 0 : 1, _core.FindQueue("/", "dead")!.Ready);
    }

    [Fact]
    public void The_channels_of_a_connection_that_ends_go_one_after_the_other()
    {
        var peer = Open();
        peer.Connection.ReceiveEnd(default);
        Assert.Null(_core.FindQueue("/", "q"));
        Assert.Equal(1, _core.FindQueue("/", "dead")!.Ready);
    }

    /// <summary>Two consumers on two channels, with a message each that would expire if it came back.</summary>
    private BrokerPeer Open()
    {
        var peer = BrokerPeer.Open(_core);
        peer.Send(2, new ChannelOpen());
        peer.Send(1, new QueueDeclare { Queue = "dead" }, new QueueDeclare
        {
            Queue = "q",
            AutoDelete = true,
            Arguments = FieldTable.Create(
                ("x-message-ttl", 0), ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "dead")),
        });
        peer.Send(1, new BasicQos { PrefetchCount = 1 }, new BasicConsume { Queue = "q", ConsumerTag = "a" });
        peer.Send(2, new BasicQos { PrefetchCount = 1 }, new BasicConsume { Queue = "q", ConsumerTag = "b" });
        peer.Publish(1, "", "q", "1");
        peer.Publish(1, "", "q", "2");
        Assert.Equal(2, _core.FindQueue("/", "q")!.Unacknowledged);
        return peer;
    }
}
