using System.Text;
using Amqp.Engine.Spec;
using Amqp.Examples.ResilientService;
using Amqp.Simulation;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Amqp.Examples.ResilientServiceTests;

/// <summary>Worlds in which the service works while things go wrong.</summary>
internal static class InvoiceWorlds
{
    private const int Orders = 8;

    /// <summary>The service as it is.</summary>
    public static Task Now(SimContext sim) =>
        RunAsync(sim, new InvoiceWorker(
            sim.ConnectionOptions with { Heartbeat = TimeSpan.FromSeconds(5) },
            sim.Connector,
            NullLogger<InvoiceWorker>.Instance));

    /// <summary>The service as it was.</summary>
    public static Task Before(SimContext sim) =>
        RunAsync(sim, new InvoiceWorkerBefore(
            sim.ConnectionOptions with { Heartbeat = TimeSpan.FromSeconds(5) }, sim.Connector));

    // Orders come, faults happen, the faults end; then, within a minute, every order has its invoice.
    private static async Task RunAsync(SimContext sim, BackgroundService worker)
    {
        sim.Broker.Control(core =>
        {
            core.DeclareQueue("/", "orders");
            core.DeclareQueue("/", "invoices");
        });
        await worker.StartAsync(sim.Stopping);
        for (var i = 1; i <= Orders; i++)
        {
            sim.Broker.Control(core => core.Publish(
                "/",
                "",
                "orders",
                new BasicProperties { DeliveryMode = 2, MessageId = $"{i}" },
                Encoding.UTF8.GetBytes($"order {i}")));
            await sim.DelayAsync(TimeSpan.FromMilliseconds(500));
        }

        await sim.DelayAsync(TimeSpan.FromSeconds(10));
        sim.Heal();
        await sim.UntilAsync(
            () => sim.Broker.Queue("orders").IsDrained, "the queue of orders to be empty", TimeSpan.FromMinutes(2));
        await worker.StopAsync(CancellationToken.None);
        var invoices = sim.Broker.Queue("invoices").Messages
            .Select(each => Encoding.UTF8.GetString(each.Body.Span))
            .ToHashSet();
        for (var i = 1; i <= Orders; i++)
        {
            Assert.True(invoices.Contains($"invoice for order {i}"), $"order {i} is gone and has no invoice");
        }
    }
}
