using Amqp.Transport;

namespace Amqp.Compare.Client;

/// <summary>The workloads of services: a slow steady flow, and many connections.</summary>
internal sealed partial class AmqpSimContestant
{
    /// <inheritdoc/>
    public async Task<long> PaceAsync()
    {
        await using var connection = await AmqpConnection.ConnectAsync(_options);
        await using var channel = await connection.OpenChannelAsync();
        await DeclareAsync(channel);
        await channel.QosAsync(ClientArguments.Prefetch);
        var flow = new PacedFlow(arguments, meter);
        await channel.SubscribeAsync(arguments.Queue, async (delivery, token) =>
        {
            flow.Return(delivery.Body.Span);
            await delivery.AckAsync(cancellationToken: token);
            flow.Acked();
        });
        ReadOnlyMemory<byte> body = _body;
        var total = await flow.RunAsync(() => channel.PublishAsync("", arguments.Queue, body));
        await channel.CloseAsync();
        await connection.CloseAsync();
        return total;
    }

    /// <inheritdoc/>
    public async Task<long> PublishOnManyAsync()
    {
        var connections = new List<AmqpConnection>();
        var publishers = new List<Func<ValueTask>>();
        ReadOnlyMemory<byte> body = _body;
        for (var i = 0; i < ClientArguments.Connections; i++)
        {
            connections.Add(await AmqpConnection.ConnectAsync(_options));
            var channel = await connections[i].OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = true });
            await DeclareAsync(channel);
            publishers.Add(() => channel.PublishAsync("", arguments.Queue, body));
        }

        var total = await new Crowd(meter).RunAsync(publishers);
        foreach (var connection in connections)
        {
            await connection.CloseAsync();
        }

        return total;
    }
}
