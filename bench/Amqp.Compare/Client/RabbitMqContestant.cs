using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Compare.Client;

/// <summary>RabbitMQ.Client through its public API, with its defaults.</summary>
internal sealed partial class RabbitMqContestant(ClientArguments arguments, Meter meter, bool trackConfirms)
    : IContestant
{
    private readonly byte[] _body = TestBody.Create(arguments.Body);

    private ConnectionFactory Factory => RabbitMqFactory.Create(arguments.Uri);

    /// <inheritdoc/>
    public async Task<long> PublishAsync()
    {
        await using var connection = await Factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await DeclareAsync(channel);
        ReadOnlyMemory<byte> body = _body;
        for (long count = 1; ; count++)
        {
            await channel.BasicPublishAsync("", arguments.Queue, body);
            if ((count & arguments.ClockMask) != 0)
            {
                continue;
            }

            switch (meter.Look(count))
            {
                case Phase.WarmedUp:
                    await channel.QueueDeclarePassiveAsync(arguments.Queue);
                    meter.Begin(count);
                    break;
                case Phase.Done:
                    // The answer proves that the broker has everything: no library is paid for bytes it still holds.
                    await channel.QueueDeclarePassiveAsync(arguments.Queue);
                    meter.End(count);
                    await channel.CloseAsync();
                    await connection.CloseAsync();
                    return count;
            }
        }
    }

    /// <inheritdoc/>
    public Task<long> PublishConfirmedAsync() => trackConfirms ? PublishTrackedAsync() : PublishWithEventsAsync();

    private async Task<long> PublishTrackedAsync()
    {
        await using var connection = await Factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(
            publisherConfirmationsEnabled: true,
            publisherConfirmationTrackingEnabled: true,
            outstandingPublisherConfirmationsRateLimiter: null));
        await DeclareAsync(channel);
        ReadOnlyMemory<byte> body = _body;
        var open = new ConfirmWindow(ClientArguments.Window);
        for (long count = 1; ; count++)
        {
            await open.MakeRoomAsync();
            open.Add(channel.BasicPublishAsync("", arguments.Queue, body));
            if ((count & arguments.ClockMask) != 0)
            {
                continue;
            }

            switch (meter.Look(count))
            {
                case Phase.WarmedUp:
                    await open.DrainAsync();
                    meter.Begin(count);
                    break;
                case Phase.Done:
                    await open.DrainAsync();
                    meter.End(count);
                    await channel.CloseAsync();
                    await connection.CloseAsync();
                    return count;
            }
        }
    }

    // An opt-in that many users choose for speed: confirms on, tracking off, acks counted in the event.
    private async Task<long> PublishWithEventsAsync()
    {
        await using var connection = await Factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(
            publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false));
        await DeclareAsync(channel);
        using var room = new SemaphoreSlim(ClientArguments.Window);
        ulong settled = 0;
        channel.BasicAcksAsync += (_, ack) =>
        {
            var newly = ack.Multiple ? ack.DeliveryTag - settled : 1;
            settled = Math.Max(settled, ack.DeliveryTag);
            room.Release((int)newly);
            return Task.CompletedTask;
        };
        ReadOnlyMemory<byte> body = _body;
        for (long count = 1; ; count++)
        {
            await room.WaitAsync();
            await channel.BasicPublishAsync("", arguments.Queue, body);
            if ((count & arguments.ClockMask) != 0)
            {
                continue;
            }

            switch (meter.Look(count))
            {
                case Phase.WarmedUp:
                    await DrainAsync(room);
                    meter.Begin(count);
                    break;
                case Phase.Done:
                    await DrainAsync(room);
                    meter.End(count);
                    await channel.CloseAsync();
                    await connection.CloseAsync();
                    return count;
            }
        }
    }

    private static async Task DrainAsync(SemaphoreSlim room)
    {
        for (var i = 0; i < ClientArguments.Window; i++)
        {
            await room.WaitAsync();
        }

        room.Release(ClientArguments.Window);
    }

    // On a real broker the queue has to be there; its bound keeps the broker's memory out of the picture.
    private async Task DeclareAsync(IChannel channel)
    {
        if (arguments.RealBroker)
        {
            await channel.QueueDeclareAsync(arguments.Queue, durable: false, exclusive: false, autoDelete: false,
                new Dictionary<string, object?> { ["x-max-length"] = 1000 });
        }
    }
}
