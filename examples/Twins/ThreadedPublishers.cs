using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Several threads publish on one channel and one consumes; nothing is to be guarded.</summary>
internal static class ThreadedPublishers
{
    public static async Task RunAsync(string uri)
    {
        await using var connection = await AmqpConnection.ConnectAsync(uri);
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true });
        var queue = (await channel.DeclareQueueAsync(exclusive: true)).Queue;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < 25; i++)
            {
                channel.PublishAsync("", queue, new byte[10]).AsTask().Wait();
            }
        })));
        var consumed = 0;
        await foreach (var delivery in channel.ConsumeAsync(queue))
        {
            await delivery.AckAsync();
            if (++consumed == 100)
            {
                break;
            }
        }

        Console.WriteLine($"consumed: {consumed}");
    }
}
