using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>The same publishes one by one and all at once: the second way waits for the broker once, not each
/// time.</summary>
internal static class SyncAsyncPublish
{
    public static async Task RunAsync(string uri)
    {
        await using var connection = await AmqpConnection.ConnectAsync(uri);
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true });
        var queue = (await channel.DeclareQueueAsync(exclusive: true)).Queue;
        for (var i = 0; i < 100; i++)
        {
            await channel.PublishAsync("", queue, new byte[10]);
        }

        await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => channel.PublishAsync("", queue, new byte[10]).AsTask()));
        Console.WriteLine($"in the queue: {await channel.PurgeQueueAsync(queue)}");
    }
}
