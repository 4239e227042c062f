using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Which consumer is served, as measured on RabbitMQ 3.10.</summary>
public class ConsumerChoiceTests
{
    private readonly BrokerPeer _peer = BrokerPeer.Open(new BrokerCore());

    [Fact]
    public void The_first_single_active_consumer_is_the_first_and_the_next_the_one_of_highest_priority()
    {
        _peer.Send(1, new QueueDeclare
        {
            Queue = "q",
            Arguments = FieldTable.Create(("x-single-active-consumer", true)),
        });
        int[] priorities = [1, 5, 0, 5];
        for (ushort i = 0; i < priorities.Length; i++)
        {
            Consume((ushort)(i + 2), $"c{i}", priorities[i]);
        }

        Assert.Equal("c0", NextReceiver());
        List<string> followers = [];
        foreach (ushort channel in (ushort[])[2, 3, 5])
        {
            _peer.Send(channel, new ChannelClose { ReplyText = "" });
            followers.Add(NextReceiver());
        }

        Assert.Equal(["c1", "c3", "c2"], followers);
    }

    [Fact]
    public void Without_priorities_single_active_consumers_follow_in_the_order_they_came()
    {
        _peer.Send(1, new QueueDeclare
        {
            Queue = "q",
            Arguments = FieldTable.Create(("x-single-active-consumer", true)),
        });
        for (ushort i = 0; i < 3; i++)
        {
            Consume((ushort)(i + 2), $"c{i}", 0);
        }

        List<string> receivers = [NextReceiver()];
        foreach (ushort channel in (ushort[])[2, 3])
        {
            _peer.Send(channel, new ChannelClose { ReplyText = "" });
            receivers.Add(NextReceiver());
        }

        Assert.Equal(["c0", "c1", "c2"], receivers);
    }

    [Fact]
    public void While_a_channels_shared_limit_is_reached_its_consumers_without_acknowledgement_wait_too()
    {
        _peer.Send(
            1,
            new QueueDeclare { Queue = "acked" },
            new QueueDeclare { Queue = "free" },
            new BasicQos { PrefetchCount = 2, Global = true },
            new BasicConsume { Queue = "acked", ConsumerTag = "a" },
            new BasicConsume { Queue = "free", ConsumerTag = "z", NoAck = true });
        _peer.Take();
        _peer.Publish(1, "", "free", "0");
        _peer.Publish(1, "", "acked", "1");
        _peer.Publish(1, "", "acked", "2");
        _peer.Publish(1, "", "free", "3");
        _peer.Publish(1, "", "free", "4");
        Assert.Equal(["deliver z 1", "0", "deliver a 2", "1", "deliver a 3", "2"], _peer.Take());
        _peer.Send(1, new BasicAck { DeliveryTag = 2 });
        Assert.Equal(["deliver z 4", "3", "deliver z 5", "4"], _peer.Take());
    }

    private void Consume(ushort channel, string tag, int priority)
    {
        _peer.Send(channel, new ChannelOpen());
        _peer.Send(channel, new BasicConsume
        {
            Queue = "q",
            ConsumerTag = tag,
            NoAck = true,
            Arguments = priority == 0 ? FieldTable.Empty : FieldTable.Create(("x-priority", priority)),
        });
    }

    private string NextReceiver()
    {
        _peer.Take();
        _peer.Publish(1, "", "q", "m");
        return _peer.Take()[0].Split(' ')[1];
    }
}
