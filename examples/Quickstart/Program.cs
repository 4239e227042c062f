// Publishes three messages with confirms, consumes and acknowledges them, and closes.
// Needs no broker: it uses the fake one, in memory. With `--uri amqp://guest:guest@localhost` it uses a real one.
using System.Text;
using Amqp.Examples;
using Amqp.FakeBroker;
using Amqp.Transport;

await using var fake = new InMemoryBroker();
await using var connection = ExampleBroker.UriOf(args) is { } uri
    ? await AmqpConnection.ConnectAsync(uri)
    : await AmqpConnection.ConnectAsync(
        new AmqpConnectionOptions(), new DuplexPipeConnector(_ => ValueTask.FromResult(fake.Connect())));
await using var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = true });
var queue = (await channel.DeclareQueueAsync(exclusive: true)).Queue;

string[] messages = ["hello", "from", "Amqp.Sim"];
foreach (var message in messages)
{
    // Completes when the broker has taken the message.
    await channel.PublishAsync("", queue, Encoding.UTF8.GetBytes(message), mandatory: true);
    Console.WriteLine($"sent      {message}");
}

var left = messages.Length;
await foreach (var delivery in channel.ConsumeAsync(queue))
{
    Console.WriteLine($"received  {Encoding.UTF8.GetString(delivery.Body.Span)}");
    await delivery.AckAsync();
    if (--left == 0)
    {
        break;
    }
}

await connection.CloseAsync();
Console.WriteLine("closed");
