using RabbitMQ.Client;

namespace Amqp.Compare.Client;

/// <summary>
/// Fills a queue of a real broker, so that W3 has something to consume, and removes it; not measured.
/// </summary>
internal sealed class RabbitMqStock(ClientArguments arguments)
{
    /// <summary>Deletes the queue.</summary>
    public async Task CleanAsync()
    {
        await using var connection = await RabbitMqFactory.Create(arguments.Uri).CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.QueueDeleteAsync(arguments.Queue);
        await channel.CloseAsync();
        await connection.CloseAsync();
    }

    /// <summary>Makes the queue hold exactly <see cref="ClientArguments.Limit"/> messages and a few prefetches
    /// more.</summary>
    public async Task FillAsync()
    {
        await using var connection = await RabbitMqFactory.Create(arguments.Uri).CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true));
        await channel.QueueDeclareAsync(arguments.Queue, durable: false, exclusive: false, autoDelete: false);
        await channel.QueuePurgeAsync(arguments.Queue);
        ReadOnlyMemory<byte> body = TestBody.Create(arguments.Body);
        var open = new ConfirmWindow(100);
        for (long i = 0; i < arguments.Limit + 2 * ClientArguments.Prefetch; i++)
        {
            await open.MakeRoomAsync();
            open.Add(channel.BasicPublishAsync("", arguments.Queue, body));
        }

        await open.DrainAsync();
        await channel.CloseAsync();
        await connection.CloseAsync();
    }
}
