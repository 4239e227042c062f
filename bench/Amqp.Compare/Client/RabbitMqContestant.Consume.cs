using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Compare.Client;

/// <summary>The workloads that receive, and the one that only connects.</summary>
internal sealed partial class RabbitMqContestant
{
    /// <inheritdoc/>
    public async Task<long> ConsumeAsync()
    {
        await using var connection = await Factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await channel.BasicQosAsync(0, ClientArguments.Prefetch, global: false);
        var tally = new ConsumeTally(arguments, meter);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, delivery) => tally.Count(delivery.Body.Span)
            ? AckAsync(channel, delivery.DeliveryTag, tally)
            : Task.CompletedTask;
        await channel.BasicConsumeAsync(arguments.Queue, autoAck: false, consumer);
        await tally.Completion;
        await channel.CloseAsync();
        await connection.CloseAsync();
        return tally.Received;
    }

    private static async Task AckAsync(IChannel channel, ulong tag, ConsumeTally tally)
    {
        await channel.BasicAckAsync(tag, multiple: true);
        tally.Acked();
    }

    /// <inheritdoc/>
    public async Task<long> PingPongAsync()
    {
        await using var connection = await Factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await DeclareAsync(channel);
        var rally = new PingPongRally(arguments, meter);
        var consumer = new AsyncEventingBasicConsumer(channel);
        ReadOnlyMemory<byte> body = _body;
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            if (rally.Return(delivery.Body.Span))
            {
                await channel.BasicPublishAsync("", arguments.Queue, body);
            }
        };
        await channel.BasicConsumeAsync(arguments.Queue, autoAck: true, consumer);
        rally.Serve();
        await channel.BasicPublishAsync("", arguments.Queue, body);
        await rally.Completion;
        await channel.CloseAsync();
        await connection.CloseAsync();
        return rally.Trips;
    }

    /// <inheritdoc/>
    public async Task<long> ConnectAsync()
    {
        for (long count = 1; ; count++)
        {
            await using (var connection = await Factory.CreateConnectionAsync())
            {
                await using var channel = await connection.CreateChannelAsync();
                await channel.CloseAsync();
                await connection.CloseAsync();
            }

            switch (meter.Look(count))
            {
                case Phase.WarmedUp:
                    meter.Begin(count);
                    break;
                case Phase.Done:
                    meter.End(count);
                    return count;
            }
        }
    }
}
