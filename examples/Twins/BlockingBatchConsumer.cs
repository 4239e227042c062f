using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Gathers messages and acknowledges each batch at once, and what is left after a pause.</summary>
internal static class BlockingBatchConsumer
{
    public static void Run(string uri)
    {
        using var connection = BlockingConnection.Connect(uri);
        using var channel = connection.OpenChannel(new AmqpChannelOptions { PrefetchCount = 4 });
        var queue = channel.DeclareQueue(exclusive: true).Queue;
        for (var i = 0; i < 10; i++)
        {
            channel.Publish("", queue, new byte[] { 1 });
        }

        var batch = new List<Delivery>();
        var handled = 0;
        foreach (var delivery in channel.Consume(queue, inactivityTimeout: TimeSpan.FromMilliseconds(300)))
        {
            if (delivery is not null)
            {
                batch.Add(delivery);
            }

            if (batch.Count == 4 || (delivery is null && batch.Count > 0))
            {
                channel.Ack(batch[^1], multiple: true);
                handled += batch.Count;
                Console.WriteLine($"a batch of {batch.Count}");
                batch.Clear();
            }

            if (handled == 10)
            {
                break;
            }
        }
    }
}
