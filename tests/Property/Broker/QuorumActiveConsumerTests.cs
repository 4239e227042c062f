using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Quorum queues with a single active consumer, as measured on RabbitMQ 4.0.</summary>
public class QuorumActiveConsumerTests
{
    private readonly BrokerPeer _peer = BrokerPeer.Open(
        new BrokerCore(new BrokerOptions { Profile = BrokerProfile.RabbitMq40 }));

    [Fact]
    public void Those_that_wait_do_not_count_as_consumers()
    {
        Declare();
        Consume("a", 0);
        Consume("b", 0);
        Assert.Equal(1u, CountConsumers());
        _peer.Send(1, new BasicCancel { ConsumerTag = "a" });
        Assert.Equal(1u, CountConsumers());
        _peer.Send(1, new BasicCancel { ConsumerTag = "b" });
        Assert.Equal(0u, CountConsumers());
    }

    [Fact]
    public void A_higher_priority_takes_over_once_the_active_one_holds_nothing()
    {
        Declare();
        Consume("a", 0);
        _peer.Publish(1, "", "q", "1");
        Assert.Contains("deliver a 1", _peer.Take());
        Consume("b", 1);
        _peer.Publish(1, "", "q", "2");
        Assert.DoesNotContain(_peer.Take(), static each => each.StartsWith("deliver", StringComparison.Ordinal));
        _peer.Send(1, new BasicAck { DeliveryTag = 1 });
        Assert.Equal(["deliver b 2", "2"], _peer.Take());
    }

    [Fact]
    public void When_the_active_one_leaves_the_highest_of_the_others_follows()
    {
        Declare();
        Consume("a", 0);
        Consume("b", 1);
        Consume("c", 2);
        _peer.Take();
        _peer.Publish(1, "", "q", "1");
        Assert.Equal(["deliver c 1", "1"], _peer.Take());
        _peer.Send(1, new BasicAck { DeliveryTag = 1 }, new BasicCancel { ConsumerTag = "c" });
        _peer.Take();
        _peer.Publish(1, "", "q", "2");
        Assert.Equal(["deliver b 2", "2"], _peer.Take());
    }

    private void Declare() => _peer.Send(1, new QueueDeclare
    {
        Queue = "q",
        Durable = true,
        Arguments = FieldTable.Create(("x-queue-type", "quorum"), ("x-single-active-consumer", true)),
    });

    private void Consume(string tag, int priority) => _peer.Send(1, new BasicConsume
    {
        Queue = "q",
        ConsumerTag = tag,
        Arguments = FieldTable.Create(("x-priority", priority)),
    });

    private uint CountConsumers()
    {
        _peer.Send(1, new QueueDeclare { Queue = "q", Passive = true });
        _peer.Take();
        return Assert.IsType<QueueDeclareOk>(_peer.LastMethod).ConsumerCount;
    }
}
