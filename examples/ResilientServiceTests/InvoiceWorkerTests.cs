using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation;
using Xunit;

namespace Amqp.Examples.ResilientServiceTests;

/// <summary>The service with everything that can go wrong, in virtual time: hours of it in a second.</summary>
public sealed class InvoiceWorkerTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Each_order_gets_an_invoice() => await Sim.Run(seed: 1, InvoiceWorlds.Now);

    [Fact]
    public async Task A_restart_of_the_broker_loses_no_order() => await Sim.Run(seed: 1, async sim =>
    {
        sim.Faults.After(TimeSpan.FromSeconds(2)).Restart(downtime: TimeSpan.FromSeconds(30));
        await InvoiceWorlds.Now(sim);
    });

    [Fact]
    public async Task A_confirm_that_is_lost_loses_no_order() => await Sim.Run(seed: 1, async sim =>
    {
        sim.Faults.CutTheNextConnection(CutKind.Reset).At("before the second broker's basic.ack");
        await InvoiceWorlds.Now(sim);
    });

    [Fact]
    public async Task A_network_that_falls_silent_loses_no_order() => await Sim.Run(seed: 1, async sim =>
    {
        sim.Faults.CutTheNextConnection(CutKind.Silent).InTheBodyOf(MethodId.BasicPublish, nth: 3);
        await InvoiceWorlds.Now(sim);
    });

    /// <summary>The bug: in one of these worlds an order is acknowledged, and the connection breaks before its
    /// invoice.</summary>
    [Fact]
    public async Task Exploring_finds_the_order_that_the_old_service_loses()
    {
        var failure = await Assert.ThrowsAsync<SimFailedException>(
            () => Sim.Explore(worlds: 200, InvoiceWorlds.Before));
        output.WriteLine(failure.Message);
        Assert.Contains("is gone and has no invoice", failure.Message);
        Assert.InRange(failure.Outcome.Scenario.Faults.Length, 1, 2);
    }

    /// <summary>What the test above prints, kept for good: the smallest scenario that shows the bug.</summary>
    [Fact]
    public async Task The_order_that_was_lost_is_lost_no_more()
    {
        const string Smallest = "seed 1; at 0s cut reset in the body of the first basic.publish";
        var before = await Assert.ThrowsAsync<SimFailedException>(() => Sim.Replay(Smallest, InvoiceWorlds.Before));
        Assert.Contains("order 1 is gone and has no invoice", before.Message);
        await Sim.Replay(Smallest, InvoiceWorlds.Now);
    }

    [Fact]
    public async Task In_three_hundred_worlds_no_order_is_lost()
    {
        var exploration = await Sim.Explore(worlds: 300, InvoiceWorlds.Now);
        output.WriteLine(exploration.ToString());
        Assert.True(exploration.Virtual > TimeSpan.FromHours(1));
    }
}
