using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation;
using Amqp.Simulation.Links;
using Amqp.Transport;
using Xunit;

namespace Amqp.Async;

/// <summary>Ordinary asynchronous code, and the transport as it is in production, in one thread and virtual
/// time.</summary>
public sealed class WorldTests
{
    [Fact]
    public async Task T3_Three_hundred_runs_of_one_world_give_one_trace()
    {
        var first = await Sim.Run(7, ShopWorld.RunAsync);
        Assert.True(first.Trace.Events.Count > 50, "the trace shows hardly anything");
        for (var i = 1; i < 300; i++)
        {
            var again = await Sim.Run(7, ShopWorld.RunAsync);
            Assert.Null(first.Trace.FirstDifference(again.Trace));
            Assert.Equal(first.TraceHash, again.TraceHash);
        }
    }

    [Fact]
    public async Task T3_Worlds_with_faults_repeat_themselves_too()
    {
        var mix = new SimFaultMix();
        var options = new SimOptions { AllowUnreached = true };
        var traces = new HashSet<ulong>();
        for (ulong seed = 1; seed <= 100; seed++)
        {
            var scenario = mix.Generate(seed);
            var first = await Sim.TryRun(scenario, ShopWorld.RunStubbornlyAsync, options);
            var again = await Sim.TryRun(scenario, ShopWorld.RunStubbornlyAsync, options);
            Assert.True(first.IsGood, first.ToString());
            Assert.Null(first.Trace.FirstDifference(again.Trace));
            traces.Add(first.TraceHash);
        }

        Assert.True(traces.Count > 90, "the seeds make hardly any difference");
    }

    [Fact]
    public async Task T3_Noise_on_the_pool_changes_nothing()
    {
        var quiet = await Sim.Run(7, ShopWorld.RunAsync);
        var noise = NoiseAsync(5000);
        var loud = await Sim.Run(7, ShopWorld.RunAsync);
        Assert.True(noise.IsCompletedSuccessfully, "the noise did not come in between");
        Assert.Null(quiet.Trace.FirstDifference(loud.Trace));
    }

    [Fact]
    public async Task T3_Another_seed_gives_another_trace()
    {
        var options = new SimOptions { Link = new LinkOptions { Jitter = TimeSpan.FromMilliseconds(1) } };
        var one = await Sim.Run(1, ShopWorld.RunAsync, options);
        var two = await Sim.Run(2, ShopWorld.RunAsync, options);
        Assert.NotNull(one.Trace.FirstDifference(two.Trace));
    }

    [Fact]
    public async Task T4_Virtual_hours_take_no_real_time()
    {
        var outcome = await Sim.Run(
            1,
            async sim =>
            {
                await using var connection = await sim.ConnectAsync();
                await sim.DelayAsync(TimeSpan.FromHours(100));
                Assert.True(connection.IsOpen);
            },
            new SimOptions { Limit = TimeSpan.FromHours(200) });
        Assert.True(outcome.Duration > TimeSpan.FromHours(100));
    }

    [Fact]
    public async Task T4_A_dead_network_is_found_out_by_heartbeats_in_virtual_time()
    {
        var outcome = await Sim.Run(1, async sim =>
        {
            await using var connection = await sim.ConnectAsync(
                options => options with { Heartbeat = TimeSpan.FromSeconds(10) });
            sim.Faults.Cut(CutKind.Silent).Now();
            await connection.Completion;
            Assert.IsType<AmqpHeartbeatException>(connection.CloseReason);
        });
        Assert.InRange(outcome.Duration, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(40));
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(-100_000)]
    public async Task T11_A_clients_clock_that_drifts_finds_a_dead_peer_by_its_own_time(int drift)
    {
        var scenario = new SimScenario { Seed = 1, ClientDrift = drift };
        var began = TimeSpan.Zero;
        var own = TimeSpan.Zero;
        await Sim.Run(scenario, async sim =>
        {
            await using var connection = await sim.ConnectAsync(
                options => options with { Heartbeat = TimeSpan.FromSeconds(10) });
            sim.Faults.Cut(CutKind.Silent).Now();
            long start = sim.ClientTime.GetTimestamp();
            began = sim.Time.Now - Engine.Base.MonoTime.Zero;
            await connection.Completion;
            Assert.IsType<AmqpHeartbeatException>(connection.CloseReason);
            own = sim.ClientTime.GetElapsedTime(start);
            double ratio = own / (sim.Time.Now - Engine.Base.MonoTime.Zero - began);
            Assert.InRange(ratio, 1 + ((drift - 100) / 1e6), 1 + ((drift + 100) / 1e6));
        });
        Assert.InRange(own, TimeSpan.FromSeconds(19.9), TimeSpan.FromSeconds(20.1));
    }

    [Fact]
    public async Task T11_A_jump_of_either_clock_is_got_over() => await Sim.Run(1, async sim =>
    {
        await using var connection = await sim.ConnectAsync(
            options => options with { Heartbeat = TimeSpan.FromSeconds(10) });
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true });
        await channel.DeclareQueueAsync("q");
        DateTimeOffset before = sim.ClientTime.GetUtcNow();
        sim.Faults.MoveClientClock(TimeSpan.FromSeconds(-300));
        Assert.Equal(before - TimeSpan.FromSeconds(300), sim.ClientTime.GetUtcNow());
        sim.Faults.MoveBrokerClock(TimeSpan.FromSeconds(-300));
        sim.Faults.MoveClientClock(TimeSpan.FromSeconds(15));
        await sim.DelayAsync(TimeSpan.FromMinutes(5));
        await channel.PublishAsync("", "q", "still there"u8.ToArray());
        Assert.Equal(1, sim.Broker.Queue("q").Ready);
    });

    [Fact]
    public async Task T11_Worlds_whose_clocks_differ_repeat_themselves()
    {
        var mix = new SimFaultMix
        {
            Clocks = true,
            Cuts = false,
            Network = false,
            Restarts = false,
            Publishing = false,
        };
        var options = new SimOptions { AllowUnreached = true };
        for (ulong seed = 1; seed <= 30; seed++)
        {
            var scenario = mix.Generate(seed);
            Assert.Equal(scenario, SimScenario.Parse(scenario.ToString()));
            var first = await Sim.TryRun(scenario, ShopWorld.RunStubbornlyAsync, options);
            var again = await Sim.TryRun(scenario, ShopWorld.RunStubbornlyAsync, options);
            Assert.True(first.IsGood, first.ToString());
            Assert.Null(first.Trace.FirstDifference(again.Trace));
        }
    }

    [Theory]
    [InlineData(CutKind.Fin)]
    [InlineData(CutKind.Reset)]
    public async Task T5_A_cut_in_a_body_happens_where_it_was_said(CutKind kind)
    {
        var outcome = await Sim.Run(1, async sim =>
        {
            sim.Faults.Cut(kind).InTheBodyOf(MethodId.BasicPublish, 3);
            await Assert.ThrowsAnyAsync<AmqpException>(() => ShopWorld.RunAsync(sim));
            Assert.Equal(2, sim.Broker.Published.Length);
        });
        Assert.Contains(outcome.Trace.Events, each => each.Text.Contains("in the body of the third basic.publish"));
    }

    [Fact]
    public async Task T5_Faults_in_sentences_do_what_they_say() => await Sim.Run(1, async sim =>
    {
        sim.Faults.Restart(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAsync<AmqpConnectException>(() => sim.ConnectAsync());
        sim.Faults.After(TimeSpan.FromSeconds(10)).FailConnects(1, ConnectFailure.Garbage);
        await sim.DelayAsync(TimeSpan.FromSeconds(11));
        var garbage = await Assert.ThrowsAsync<AmqpConnectException>(() => sim.ConnectAsync());
        Assert.Contains("HTTP", garbage.Message);
        await using var connection = await sim.ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true });
        await channel.DeclareQueueAsync("q");

        sim.Faults.NackPublishes(1);
        await Assert.ThrowsAsync<PublishNackedException>(async () => await channel.PublishAsync("", "q", default));

        sim.Faults.DelayConfirms(TimeSpan.FromMinutes(2));
        var before = sim.Time.Now;
        await channel.PublishAsync("", "q", default);
        Assert.True(sim.Time.Now - before >= TimeSpan.FromMinutes(2));
        sim.Heal();

        sim.Faults.Clog(TimeSpan.FromSeconds(7), LinkDirection.ToBroker);
        before = sim.Time.Now;
        await channel.PublishAsync("", "q", default);
        Assert.InRange(sim.Time.Now - before, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8));

        sim.Faults.BlockPublishers(TimeSpan.FromSeconds(30));
        before = sim.Time.Now;
        await channel.PublishAsync("", "q", default);
        await channel.PublishAsync("", "q", default);
        Assert.True(sim.Time.Now - before >= TimeSpan.FromSeconds(29));

        sim.Faults.DeleteQueue("q");
        Assert.False(sim.Broker.Queue("q").Exists);
    });

    [Fact]
    public async Task T5_A_partition_keeps_bytes_back_and_loses_none() => await Sim.Run(1, async sim =>
    {
        await using var connection = await sim.ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        sim.Faults.Partition(TimeSpan.FromSeconds(5));
        var before = sim.Time.Now;
        await channel.DeclareQueueAsync("q");
        Assert.InRange(sim.Time.Now - before, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
    });

    [Fact]
    public async Task T5_What_arrives_late_at_an_end_that_was_reset_is_nobodys() => await Sim.Run(1, async sim =>
    {
        await using var connection = await sim.ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true });
        sim.Faults.Clog(TimeSpan.FromSeconds(2), LinkDirection.ToBroker);
        var publish = channel.PublishAsync("", "q", new byte[100]).AsTask();
        await sim.DelayAsync(TimeSpan.FromSeconds(1));
        sim.Faults.Cut(CutKind.SilentOneWay).Now();
        sim.Faults.Crash(TimeSpan.Zero);
        await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => publish);
        await sim.DelayAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(sim.Broker.Published);
    });

    [Fact]
    public async Task T6_Explore_finds_the_fault_that_matters_and_leaves_out_the_others()
    {
        var failure = await Assert.ThrowsAsync<SimFailedException>(() => Sim.Explore(500, ShopWorld.RunAsync));
        Assert.Contains("await Sim.Replay(\"seed 1", failure.Message);
        Assert.Contains("ShopWorld.RunAsync", failure.Message);
        Assert.True(failure.Outcome.Scenario.Faults.Length <= 1, failure.Message);

        // What it prints repeats the failure, to the byte.
        var again = await Sim.TryRun(
            SimScenario.Parse(failure.Outcome.Scenario.ToString()),
            ShopWorld.RunAsync,
            new SimOptions { AllowUnreached = true });
        Assert.Equal(failure.Outcome.TraceHash, again.TraceHash);
    }

    [Fact]
    public async Task T6_Explore_ends_clean_when_the_code_is_right()
    {
        var exploration = await Sim.Explore(300, ShopWorld.RunStubbornlyAsync);
        Assert.Equal(300, exploration.Worlds);
        Assert.StartsWith("worlds: 300, failed: 0, virtual: ", exploration.ToString());
    }

    private static async Task NoiseAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.Yield();
        }
    }
}
