using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>A prefetch that the consumers of a channel share.</summary>
public class PrefetchTests
{
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
