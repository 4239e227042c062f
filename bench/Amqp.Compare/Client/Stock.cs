using Amqp.Transport;

namespace Amqp.Compare.Client;

/// <summary>
/// Fills a queue of a real broker, so that W3 has something to consume, and removes it; not measured. The messages have
/// no properties: RabbitMQ.Client would number each in a header, which whoever consumes them then has to read.
/// </summary>
internal sealed class Stock(ClientArguments arguments)
{
    private readonly AmqpConnectionOptions _options = AmqpConnectionOptions.FromUri(arguments.Uri);

    /// <summary>Deletes the queue.</summary>
    public async Task CleanAsync()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_options);
        await using var channel = await connection.OpenChannelAsync();
        await channel.DeleteQueueAsync(arguments.Queue);
        await connection.CloseAsync();
    }

    /// <summary>Makes the queue hold exactly <see cref="ClientArguments.Limit"/> messages and a few prefetches
    /// more.</summary>
    public async Task FillAsync()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_options);
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true });
        await channel.DeclareQueueAsync(arguments.Queue, durable: false);
        await channel.PurgeQueueAsync(arguments.Queue);
        ReadOnlyMemory<byte> body = TestBody.Create(arguments.Body);
        var open = new ConfirmWindow(100);
        for (long i = 0; i < arguments.Limit + 2 * ClientArguments.Prefetch; i++)
        {
            await open.MakeRoomAsync();
            open.Add(channel.PublishAsync("", arguments.Queue, body));
        }

        await open.DrainAsync();
        await connection.CloseAsync();
    }
}
