// Publishes one message and closes.  dotnet run --project examples/PublishOne [--uri amqp://guest:guest@localhost]
using Amqp.Examples;
using Amqp.Transport;

await using var broker = await ExampleBroker.StartAsync(args);

await using var connection = await AmqpConnection.ConnectAsync(broker.Uri);
await using var channel = await connection.OpenChannelAsync();
await channel.DeclareQueueAsync("test", durable: true);
await channel.PublishAsync("", "test", "Test Message"u8.ToArray());

Console.WriteLine("published 'Test Message' to queue 'test'");
