using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using FsCheck;
using FsCheck.Xunit;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>Order, redelivery and prefetch of queues, as seen on the wire.</summary>
public class QueueProperties
{
    /// <summary>Whatever order messages are returned in, the queue is in publish order again.</summary>
    [Property(MaxTest = 1000)]
    public void K2_Requeued_messages_return_to_their_places(PositiveInt count, int[] order)
    {
        var size = Math.Min(count.Get, 60);
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(1, new QueueDeclare { Queue = "q" });
        for (var i = 0; i < size; i++)
        {
            peer.Publish(1, "", "q", $"m{i}");
        }

        for (var i = 0; i < size; i++)
        {
            peer.Send(1, new BasicGet { Queue = "q" });
        }

        var tags = Enumerable.Range(1, size)
            .OrderBy(tag => order.Length == 0 ? 0 : order[tag % order.Length] ^ tag)
            .ToList();
        foreach (var tag in tags)
        {
            peer.Send(1, new BasicReject { DeliveryTag = (ulong)tag, Requeue = true });
        }

        peer.Take();
        for (var i = 0; i < size; i++)
        {
            peer.Send(1, new BasicGet { Queue = "q", NoAck = true });
            Assert.Equal(["get redelivered", $"m{i}"], peer.Take());
        }
    }

    /// <summary>A consumer never holds more than its prefetch, and acknowledging loses and reorders nothing.</summary>
    [Property(MaxTest = 1000)]
    public void K3_Prefetch_bounds_what_is_unacknowledged(PositiveInt count, PositiveInt prefetch)
    {
        var size = Math.Min(count.Get, 60);
        var limit = Math.Min(prefetch.Get, 20);
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(1, new QueueDeclare { Queue = "q" }, new BasicQos { PrefetchCount = (ushort)limit });
        peer.Send(1, new BasicConsume { Queue = "q", ConsumerTag = "c" });
        peer.Take();
        for (var i = 0; i < size; i++)
        {
            peer.Publish(1, "", "q", $"m{i}");
        }

        var seen = peer.Take().Where(line => line[0] == 'm').ToList();
        Assert.Equal(Math.Min(size, limit), seen.Count);
        for (var tag = 1; tag <= size; tag++)
        {
            peer.Send(1, new BasicAck { DeliveryTag = (ulong)tag });
            seen.AddRange(peer.Take().Where(line => line[0] == 'm'));
            Assert.Equal(Math.Min(size, limit + tag), seen.Count);
        }

        Assert.Equal(Enumerable.Range(0, size).Select(i => $"m{i}"), seen);
    }

    [Fact]
    public void Consumers_take_turns()
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(1, new QueueDeclare { Queue = "q" });
        peer.Send(1, new BasicConsume { Queue = "q", ConsumerTag = "a", NoAck = true });
        peer.Send(1, new BasicConsume { Queue = "q", ConsumerTag = "b", NoAck = true });
        peer.Take();
        for (var i = 0; i < 4; i++)
        {
            peer.Publish(1, "", "q", "");
        }

        Assert.Equal(["deliver a 1", "deliver b 2", "deliver a 3", "deliver b 4"], peer.Take());
    }

    [Fact]
    public void Deleting_a_queue_cancels_its_consumers()
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(1, new QueueDeclare { Queue = "q" }, new BasicConsume { Queue = "q", ConsumerTag = "c" });
        peer.Take();
        peer.Send(1, new QueueDelete { Queue = "q" });
        Assert.Equal(["queue.delete-ok", "basic.cancel"], peer.Take());
    }

    [Fact]
    public void The_end_of_a_connection_returns_its_messages_and_takes_its_exclusive_queues()
    {
        var core = new BrokerCore();
        var first = BrokerPeer.Open(core);
        var second = BrokerPeer.Open(core);
        first.Send(1, new QueueDeclare { Queue = "shared" }, new QueueDeclare { Queue = "own", Exclusive = true });
        first.Publish(1, "", "shared", "m");
        first.Send(1, new BasicGet { Queue = "shared" });
        first.Connection.ReceiveEnd(Engine.Base.MonoTime.Zero);
        second.Send(1, new BasicGet { Queue = "shared", NoAck = true });
        Assert.Equal(["get redelivered", "m"], second.Take());
        second.Send(1, new QueueDeclare { Queue = "own", Passive = true });
        Assert.Equal(["channel.close 404 NOT_FOUND - no queue 'own' in vhost '/'"], second.Take());
    }
}
