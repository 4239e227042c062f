using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Amqp.Compare.Client;

/// <summary>The workloads of services: a slow steady flow, and many connections.</summary>
internal sealed partial class RabbitMqContestant
{
    /// <inheritdoc/>
    public async Task<long> PaceAsync()
    {
        await using var connection = await Factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await DeclareAsync(channel);
        await channel.BasicQosAsync(0, ClientArguments.Prefetch, global: false);
        var flow = new PacedFlow(arguments, meter);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            flow.Return(delivery.Body.Span);
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
            flow.Acked();
        };
        await channel.BasicConsumeAsync(arguments.Queue, autoAck: false, consumer);
        ReadOnlyMemory<byte> body = _body;
        var total = await flow.RunAsync(() => channel.BasicPublishAsync("", arguments.Queue, body));
        await channel.CloseAsync();
        await connection.CloseAsync();
        return total;
    }

    /// <inheritdoc/>
    public async Task<long> PublishOnManyAsync()
    {
        var connections = new List<IConnection>();
        var publishers = new List<Func<ValueTask>>();
        ReadOnlyMemory<byte> body = _body;
        for (var i = 0; i < ClientArguments.Connections; i++)
        {
            connections.Add(await Factory.CreateConnectionAsync());
            var channel = await connections[i].CreateChannelAsync(new CreateChannelOptions(
                publisherConfirmationsEnabled: true,
                publisherConfirmationTrackingEnabled: true,
                outstandingPublisherConfirmationsRateLimiter: null));
            await DeclareAsync(channel);
            publishers.Add(() => channel.BasicPublishAsync("", arguments.Queue, body));
        }

        var total = await new Crowd(meter).RunAsync(publishers);
        foreach (var connection in connections)
        {
            await connection.CloseAsync();
        }

        return total;
    }
}
