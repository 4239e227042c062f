using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>A prefetch that the consumers of a channel share.</summary>
public class PrefetchTests
{
    /// <summary>
    /// Measured on RabbitMQ 3.10 and 4.0. A word is a publish to the queue that is got from (pa) or consumed from (pb),
    /// a get (g), a consume (c), a prefetch (q and a number), an ack of one delivery (a and its number) or of all (A).
    /// </summary>
    [Theory]
    [InlineData("c pa g q1 pb a1 pb pb", "")]
    [InlineData("c pa g q2 pb pb a1 pb a2 pb", "2 3")]
    [InlineData("pa g c q1 pb a1 pb", "")]
    [InlineData("pa c q1 g pb a1 pb a2 pb", "2 3")]
    [InlineData("q1 pa g c pb a1 pb a2 pb", "2 3")]
    [InlineData("c pa g q1 pb q2 pb a1 q1 pb pb", "2")]
    [InlineData("c pa g q1 pb q0 pb q1 pb a1 a2 pb", "2 3")]
    [InlineData("c pa g q1 a1 pb A pb pb", "")]
    [InlineData("c pb pb q2 pb a1 pb a2 pb", "1 2 3 4")]
    public void What_was_got_before_a_shared_prefetch_takes_of_its_room_for_good(string program, string delivered)
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        peer.Send(1, new QueueDeclare { Queue = "a" }, new QueueDeclare { Queue = "b" });
        peer.Take();
        List<string> got = [];
        var number = 0;
        foreach (var word in program.Split(' '))
        {
            if (word[0] == 'p')
            {
                peer.Publish(1, "", word[1..], $"{++number}");
            }
            else
            {
                peer.Send(1, Method(word));
            }

            got.AddRange(peer.Take()
                .Where(static each => each.StartsWith("deliver ", StringComparison.Ordinal))
                .Select(static each => each.Split(' ')[2]));
        }

        Assert.Equal(delivered, string.Join(' ', got));
    }

    [Fact]
    public void What_is_settled_from_a_quorum_queue_makes_room_though_it_took_none()
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        var arguments = FieldTable.Create(("x-queue-type", "quorum"));
        peer.Send(
            1,
            new QueueDeclare { Queue = "r", Durable = true, Arguments = arguments },
            new QueueDeclare { Queue = "c" },
            new BasicConsume { Queue = "r", ConsumerTag = "r" },
            new BasicQos { PrefetchCount = 1, Global = true },
            new BasicConsume { Queue = "c", ConsumerTag = "c" });
        foreach (var queue in "c r c".Split(' '))
        {
            peer.Publish(1, "", queue, queue);
        }

        peer.Take();
        peer.Send(1, new BasicAck { DeliveryTag = 2 });
        Assert.Equal(["deliver c 3", "c"], peer.Take());
    }

    [Fact]
    public void A_shared_prefetch_does_not_hold_for_the_consumer_of_a_quorum_queue()
    {
        var peer = BrokerPeer.Open(new BrokerCore());
        var arguments = FieldTable.Create(("x-queue-type", "quorum"));
        peer.Send(
            1,
            new QueueDeclare { Queue = "q", Durable = true, Arguments = arguments },
            new BasicConsume { Queue = "q", ConsumerTag = "t" },
            new BasicQos { PrefetchCount = 1, Global = true });
        peer.Take();
        peer.Publish(1, "", "q", "1");
        peer.Publish(1, "", "q", "2");
        Assert.Equal(["deliver t 1", "1", "deliver t 2", "2"], peer.Take());
    }

    private static AmqpMethod Method(string word) => word[0] switch
    {
        'g' => new BasicGet { Queue = "a" },
        'c' => new BasicConsume { Queue = "b" },
        'q' => new BasicQos { PrefetchCount = ushort.Parse(word[1..]), Global = true },
        'A' => new BasicAck { Multiple = true },
        _ => new BasicAck { DeliveryTag = ulong.Parse(word[1..]) },
    };

    /// <summary>RabbitMQ asks queues in turn, so that none starves beside others that always have messages.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Queues_share_a_channels_prefetch_in_turn(int prefetch)
    {
        const int Queues = 3;
        const int Rounds = 30;
        var core = new BrokerCore();
        var peer = BrokerPeer.Open(core);
        peer.Send(1, new BasicQos { PrefetchCount = (ushort)prefetch, Global = true });
        for (var i = 0; i < Queues; i++)
        {
            var consume = new BasicConsume { Queue = $"q{i}", ConsumerTag = $"c{i}" };
            peer.Send(1, new QueueDeclare { Queue = $"q{i}" }, consume);
        }

        for (var i = 0; i < Rounds * Queues; i++)
        {
            peer.Publish(1, "", $"q{i % Queues}", "m");
        }

        var delivered = Enumerable.Range(0, Queues).ToDictionary(i => $"c{i}", _ => 0);
        for (var tag = 1; tag <= Rounds; tag++)
        {
            foreach (var each in peer.Take().Where(each => each.StartsWith("deliver ", StringComparison.Ordinal)))
            {
                delivered[each.Split(' ')[1]]++;
            }

            peer.Send(1, new BasicAck { DeliveryTag = (ulong)tag });
        }

        Assert.All(delivered, each => Assert.InRange(each.Value, (Rounds / Queues) - 2, (Rounds / Queues) + 2));
    }
}
