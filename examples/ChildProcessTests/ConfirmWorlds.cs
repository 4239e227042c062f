using System.Text;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation;
using Amqp.Transport;

namespace Amqp.Examples.ChildProcessTests;

/// <summary>Worlds for the child process, which finds them by their names: static methods that take the
/// world.</summary>
internal static class ConfirmWorlds
{
    /// <summary>The conditions of all worlds here.</summary>
    public static SimOptions Options { get; } = new() { Limit = TimeSpan.FromMinutes(10) };

    /// <summary>A publisher whose confirm is lost cannot know, publishes again, and so makes a duplicate.</summary>
    public static async Task LostConfirm(SimContext sim)
    {
        sim.Faults.Cut(CutKind.Reset).At("before the first broker's basic.ack");
        await PublishUntilConfirmedAsync(sim, "order 1");
        if (sim.Broker.Queue("orders").Ready != 2)
        {
            throw new InvalidOperationException("there is no duplicate");
        }
    }

    /// <summary>A publisher that goes on until it has its confirm loses nothing, whatever goes wrong.</summary>
    public static async Task NothingIsLost(SimContext sim)
    {
        await PublishUntilConfirmedAsync(sim, "order 1");
        sim.Heal();
        if (sim.Broker.Queue("orders").Ready == 0)
        {
            throw new InvalidOperationException("a confirmed order is gone");
        }
    }

    /// <summary>One that does not try again does lose something.</summary>
    public static async Task TriedOnce(SimContext sim)
    {
        await using var connection = await sim.ConnectAsync();
        await PublishAsync(connection, "order 1");
    }

    private static async Task PublishUntilConfirmedAsync(SimContext sim, string order)
    {
        for (var isConfirmed = false; !isConfirmed;)
        {
            try
            {
                await using var connection = await sim.ConnectAsync(
                    options => options with { Heartbeat = TimeSpan.FromSeconds(5) });
                await PublishAsync(connection, order);
                isConfirmed = true;
            }
            catch (AmqpException)
            {
                await sim.DelayAsync(TimeSpan.FromSeconds(1));
            }
        }
    }

    private static async Task PublishAsync(AmqpConnection connection, string order)
    {
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true });
        await channel.DeclareQueueAsync("orders", durable: true);
        var properties = new BasicProperties { DeliveryMode = 2 };
        await channel.PublishAsync("", "orders", Encoding.UTF8.GetBytes(order), properties);
    }
}
