using System.Text;
using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Consumes with a loop, and tells how many messages went back into the queue.</summary>
internal static class BlockingGenerator
{
    public static void Run(string uri)
    {
        using var connection = BlockingConnection.Connect(uri);
        using var channel = connection.OpenChannel(new AmqpChannelOptions { PublisherConfirms = true });
        var queue = channel.DeclareQueue(exclusive: true).Queue;
        for (var i = 1; i <= 15; i++)
        {
            channel.Publish("", queue, Encoding.UTF8.GetBytes($"message {i}"));
        }

        channel.Qos(prefetchCount: 12);
        foreach (var delivery in channel.Consume(queue, inactivityTimeout: TimeSpan.FromSeconds(5)))
        {
            if (delivery is null)
            {
                break; // nothing came for five seconds
            }

            Console.WriteLine($"{delivery.DeliveryTag}: {Encoding.UTF8.GetString(delivery.Body.Span)}");
            channel.Ack(delivery);
            if (delivery.DeliveryTag == 10)
            {
                break;
            }
        }

        // What had been sent ahead, which was up to the prefetch.
        Console.WriteLine(channel.Cancel() <= 12 ? "requeued what was sent ahead" : "requeued too much");
        Console.WriteLine($"left in the queue: {channel.DeclareQueuePassive(queue).MessageCount}");
    }
}
