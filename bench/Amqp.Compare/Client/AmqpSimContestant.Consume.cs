using Amqp.Transport;

namespace Amqp.Compare.Client;

/// <summary>The workloads that receive, and the one that only connects.</summary>
internal sealed partial class AmqpSimContestant
{
    /// <inheritdoc/>
    public async Task<long> ConsumeAsync()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_options);
        await using var channel = await connection.OpenChannelAsync();
        await channel.QosAsync(ClientArguments.Prefetch);
        var tally = new ConsumeTally(arguments, meter);
        switch (style)
        {
            case ConsumeStyle.Owned:
                await channel.SubscribeAsync(arguments.Queue, (delivery, _) => tally.Count(delivery.Body.Span)
                    ? AckAsync(channel, delivery.DeliveryTag, tally)
                    : default);
                break;
            case ConsumeStyle.Borrowed:
                await channel.SubscribeBorrowedAsync(arguments.Queue, (delivery, _) => tally.Count(delivery.Body.Span)
                    ? AckAsync(channel, delivery.DeliveryTag, tally)
                    : default);
                break;
            default:
                await channel.SubscribeInlineAsync(arguments.Queue, (in InlineDelivery delivery) =>
                {
                    if (tally.Count(delivery.Body))
                    {
                        delivery.Ack(multiple: true);
                        tally.Acked();
                    }
                });
                break;
        }

        await tally.Completion;
        await channel.CloseAsync();
        await connection.CloseAsync();
        return tally.Received;
    }

    private static ValueTask AckAsync(AmqpChannel channel, ulong tag, ConsumeTally tally)
    {
        var ack = channel.AckAsync(tag, multiple: true);
        if (ack.IsCompletedSuccessfully)
        {
            tally.Acked();
            return default;
        }

        return AwaitAsync(ack, tally);

        static async ValueTask AwaitAsync(ValueTask ack, ConsumeTally tally)
        {
            await ack;
            tally.Acked();
        }
    }

    /// <inheritdoc/>
    public async Task<long> PingPongAsync()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_options);
        await using var channel = await connection.OpenChannelAsync();
        await DeclareAsync(channel);
        var rally = new PingPongRally(arguments, meter);
        ReadOnlyMemory<byte> body = _body;
        await channel.SubscribeAsync(
            arguments.Queue,
            (delivery, _) => rally.Return(delivery.Body.Span)
                ? channel.PublishAsync("", arguments.Queue, body)
                : default,
            new ConsumeOptions { NoAck = true });
        rally.Serve();
        await channel.PublishAsync("", arguments.Queue, body);
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
            await using (var connection = await AmqpConnection.ConnectAsync(_options))
            {
                await using var channel = await connection.OpenChannelAsync();
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
