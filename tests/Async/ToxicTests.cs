using Amqp.FakeBroker.Faults;
using Amqp.Simulation;
using Amqp.Simulation.Links;
using Amqp.Transport;
using Xunit;

namespace Amqp.Async;

/// <summary>The poisons that other clients' suites put on a wire with a proxy, here without one and in virtual
/// time.</summary>
public sealed class ToxicTests
{
    private static readonly AmqpChannelOptions s_confirming = new() { PublisherConfirms = true };

    [Theory]
    [InlineData(CutKind.Fin)]
    [InlineData(CutKind.Reset)]
    public async Task T13_A_socket_that_is_closed_or_reset_ends_what_waits(CutKind kind) =>
        await Sim.Run(1, async sim =>
        {
            await using var connection = await sim.ConnectAsync();
            await using var channel = await connection.OpenChannelAsync(s_confirming);
            sim.Faults.HoldConfirms();
            var publish = channel.PublishAsync("", "nowhere", new byte[10]).AsTask();
            await sim.DelayAsync(TimeSpan.FromSeconds(1));
            Assert.False(publish.IsCompleted);
            sim.Faults.Cut(kind).Now();
            await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => publish);
            await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => channel.DeclareQueueAsync("q"));
            Assert.False(connection.IsOpen);
        });

    [Fact]
    public async Task T13_A_stopped_socket_is_given_up_after_two_heartbeats_though_writing_goes_on() =>
        await Sim.Run(1, async sim =>
        {
            await using var connection = await sim.ConnectAsync(
                options => options with { Heartbeat = TimeSpan.FromSeconds(10) });
            await using var channel = await connection.OpenChannelAsync(s_confirming);
            sim.Faults.Cut(CutKind.Silent).Now();
            var before = sim.Time.Now;
            await Assert.ThrowsAnyAsync<AmqpConnectionClosedException>(
                async () => await channel.PublishAsync("", "nowhere", new byte[10]));
            Assert.IsType<AmqpHeartbeatException>(connection.CloseReason);
            Assert.InRange(sim.Time.Now - before, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(21));
        });

    [Fact]
    public async Task T13_Throttled_confirms_all_come_and_in_their_time() => await Sim.Run(1, async sim =>
    {
        await using var connection = await sim.ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(s_confirming);
        await channel.DeclareQueueAsync("q");
        sim.Faults.DelayConfirms(TimeSpan.FromSeconds(3));
        var before = sim.Time.Now;
        await Task.WhenAll(Enumerable.Range(0, 200).Select(
            async _ => await channel.PublishAsync("", "q", new byte[100])));
        Assert.True(sim.Time.Now - before >= TimeSpan.FromSeconds(3));
        Assert.Equal(200, sim.Broker.Queue("q").Ready);
    });

    [Fact]
    public async Task T13_A_reply_after_its_call_was_given_up_is_nobody_elses() => await Sim.Run(1, async sim =>
    {
        await using var connection = await sim.ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        sim.Broker.Control(core => core.DeclareQueue("/", "first"));
        sim.Faults.Clog(TimeSpan.FromSeconds(5), LinkDirection.ToClient);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), sim.Time);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => channel.DeclareQueueAsync("late", cancellationToken: patience.Token));
        var second = await channel.DeclareQueueAsync("second");
        Assert.Equal("second", second.Queue);
        Assert.True(sim.Broker.Queue("late").Exists);
    });

    [Fact]
    public async Task T13_A_publish_that_hangs_goes_on_when_the_network_does() => await Sim.Run(1, async sim =>
    {
        await using var connection = await sim.ConnectAsync(
            options => options with { Heartbeat = TimeSpan.FromMinutes(5) });
        await using var channel = await connection.OpenChannelAsync(s_confirming);
        await channel.DeclareQueueAsync("q");
        sim.Faults.Inject(new HoldLink(LinkDirection.ToBroker));
        var publish = channel.PublishAsync("", "q", new byte[2_000_000]).AsTask();
        await sim.DelayAsync(TimeSpan.FromMinutes(2));
        Assert.False(publish.IsCompleted);
        Assert.Equal(0, sim.Broker.Queue("q").Ready);
        sim.Heal();
        await publish;
        Assert.Equal(1, sim.Broker.Queue("q").Ready);
    });

    [Fact]
    public async Task T13_A_slow_network_only_makes_things_late() => await Sim.Run(
        1,
        async sim =>
        {
            await using var connection = await sim.ConnectAsync();
            await using var channel = await connection.OpenChannelAsync(s_confirming);
            await channel.DeclareQueueAsync("q");
            var before = sim.Time.Now;
            await channel.PublishAsync("", "q", new byte[100_000]);
            Assert.True(sim.Time.Now - before >= TimeSpan.FromSeconds(9), $"{sim.Time.Now - before}");
        },
        new SimOptions { Link = new LinkOptions { BytesPerSecond = 10_000 } });
}
