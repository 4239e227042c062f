// Consumes ten messages, acknowledges each, and leaves the rest in the queue.
// dotnet run --project examples/ConsumeUntilTen [--uri amqp://guest:guest@localhost]
using System.Text;
using Amqp.Examples;
using Amqp.Transport;

await using var broker = await ExampleBroker.StartAsync(args);
await using var connection = await AmqpConnection.ConnectAsync(broker.Uri);

// Something to consume.
await using var publisher = await connection.OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = true });
var queue = (await publisher.DeclareQueueAsync(exclusive: true)).Queue;
for (var i = 1; i <= 12; i++)
{
    await publisher.PublishAsync("", queue, Encoding.UTF8.GetBytes($"message {i}"));
}

await using (var channel = await connection.OpenChannelAsync())
{
    await foreach (var delivery in channel.ConsumeAsync(queue))
    {
        Console.WriteLine($"{delivery.DeliveryTag}: {Encoding.UTF8.GetString(delivery.Body.Span)}");
        await delivery.AckAsync();

        // Leaving the loop cancels the consumer; what it had buffered goes back to the queue.
        if (delivery.DeliveryTag == 10)
        {
            break;
        }
    }
}

var left = await publisher.DeclareQueuePassiveAsync(queue);
Console.WriteLine($"left in the queue: {left.MessageCount}");
