using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>A consumer that is started again, with a delay that grows, whenever its connection ends.</summary>
internal static class AsyncConsumer
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(string uri)
    {
        var delay = TimeSpan.Zero;
        for (var run = 1; run <= 2; run++)
        {
            if (await ConsumeAsync(uri, run))
            {
                delay = TimeSpan.Zero;
            }

            Console.WriteLine($"run {run} has ended");
            await Task.Delay(delay, TimeProvider.System);
            delay = delay < LongestDelay ? delay + TimeSpan.FromMilliseconds(10) : LongestDelay;
        }
    }

    private static async Task<bool> ConsumeAsync(string uri, int run)
    {
        await using var connection = await AmqpConnection.ConnectAsync(uri);
        await using var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PrefetchCount = 10 });
        var queue = (await channel.DeclareQueueAsync(exclusive: true)).Queue;
        await using var consumer = await channel.SubscribeAsync(queue, async (delivery, token) =>
        {
            await delivery.AckAsync(cancellationToken: token);
            Console.WriteLine($"run {run} has consumed");
            if (run == 1)
            {
                _ = connection.AbortAsync(); // as if the line broke
            }
            else
            {
                _ = connection.CloseAsync();
            }
        });
        await channel.PublishAsync("", queue, new byte[] { 1 });
        await connection.Completion;
        return true;
    }
}
