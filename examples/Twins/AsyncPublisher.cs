using Amqp.Transport;

namespace Amqp.Examples;

/// <summary>Publishes many messages at once and keeps the books: which were confirmed, and which were not.</summary>
internal static class AsyncPublisher
{
    public static async Task RunAsync(string uri)
    {
        await using var connection = await AmqpConnection.ConnectAsync(uri);
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true, MaxUnsettledPublishes = 100 });
        var queue = (await channel.DeclareQueueAsync(exclusive: true)).Queue;
        var publishes = Enumerable.Range(0, 500).Select(async i =>
        {
            try
            {
                await channel.PublishAsync("", i % 100 == 0 ? "no.such.queue" : queue, new byte[10], mandatory: true);
                return true;
            }
            catch (AmqpException)
            {
                return false;
            }
        });
        var outcomes = await Task.WhenAll(publishes);
        Console.WriteLine($"confirmed: {outcomes.Count(ok => ok)}, failed: {outcomes.Count(ok => !ok)}");
        Console.WriteLine($"unsettled: {channel.UnsettledPublishes}");
    }
}
