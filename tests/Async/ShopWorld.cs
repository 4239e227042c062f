using Amqp.Engine.Spec;
using Amqp.Simulation;
using Amqp.Transport;

namespace Amqp.Async;

/// <summary>A small service and its customers, in ordinary asynchronous code of many kinds of awaits.</summary>
internal static class ShopWorld
{
    public const int Orders = 10;

    /// <summary>Publishes orders with confirms, handles them, and sees them gone.</summary>
    public static async Task RunAsync(SimContext sim)
    {
        await using var connection = await sim.ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true, PrefetchCount = 5 });
        await channel.DeclareQueueAsync("orders", durable: true);
        var handled = 0;
        await channel.SubscribeAsync("orders", async (delivery, cancellationToken) =>
        {
            await Task.Yield();
            await Task.Delay(TimeSpan.FromMilliseconds(3), sim.Time, cancellationToken);
            handled++;
            await delivery.AckAsync(cancellationToken: cancellationToken);
        });
        var publishes = Enumerable.Range(1, Orders).Select(i => PublishAsync(channel, i));
        await Task.WhenAll(publishes);
        await sim.UntilAsync(() => handled == Orders, "all orders to be handled");
        await sim.Broker.Queue("orders").WaitUntilDrainedAsync();
    }

    /// <summary>As <see cref="RunAsync"/>, but begins anew when anything goes wrong, until all orders are
    /// there.</summary>
    public static async Task RunStubbornlyAsync(SimContext sim)
    {
        for (var placed = 0; placed < Orders;)
        {
            try
            {
                await using var connection = await sim.ConnectAsync(
                    options => options with { Heartbeat = TimeSpan.FromSeconds(5) });
                await using var channel = await connection.OpenChannelAsync(
                    new AmqpChannelOptions { PublisherConfirms = true });
                await channel.DeclareQueueAsync("orders", durable: true);
                while (placed < Orders)
                {
                    await PublishAsync(channel, placed + 1);
                    placed++;
                }
            }
            catch (AmqpException error)
            {
                sim.Note($"again after {error.GetType().Name}");
                await sim.DelayAsync(TimeSpan.FromSeconds(1));
            }
        }

        sim.Heal();
        Xunit.Assert.True(sim.Broker.Queue("orders").Ready >= Orders, "a confirmed order is not in its queue");
    }

    private static async Task PublishAsync(AmqpChannel channel, int order) => await channel.PublishAsync(
        "", "orders", new byte[order * 10], new BasicProperties { DeliveryMode = 2, MessageId = $"order {order}" });
}
