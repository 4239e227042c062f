// What these tests show is what happens to code that uses what may not be used.
#pragma warning disable RS0030
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation;
using Xunit;

namespace Amqp.Async;

/// <summary>Code that leaves the simulation gets a message that names it and says what to change.</summary>
public sealed class MisuseTests
{
    [Fact]
    public async Task T7_Code_that_waits_for_what_never_comes_is_stuck()
    {
        var failure = await FailsAsync(SimVerdict.Stuck, WaitForNothingAsync);
        Assert.Contains("STUCK: awaiting something outside the simulation", failure);
        Assert.Contains("MisuseTests.WaitForNothingAsync", failure);
    }

    [Fact]
    public async Task T7_A_real_delay_is_named_even_while_heartbeats_go_on()
    {
        var failure = await FailsAsync(SimVerdict.Stuck, WaitOnTheSystemsClockAsync);
        Assert.Contains("MisuseTests.WaitOnTheSystemsClockAsync -> Task.Delay on the system's clock", failure);
        Assert.Contains("TimeProvider", failure);
    }

    [Fact]
    public async Task T7_A_thread_of_ones_own_is_an_escape()
    {
        var failure = await FailsAsync(SimVerdict.Escaped, UseAThreadAsync);
        Assert.Contains("code of the world left its thread", failure);
        Assert.Contains("MisuseTests.UseAThreadAsync", failure);
    }

    [Fact]
    public async Task T7_Code_that_blocks_is_interrupted_and_its_line_is_named()
    {
        var failure = await FailsAsync(SimVerdict.Blocked, BlockAsync, new SimOptions
        {
            BlockedAfter = TimeSpan.FromMilliseconds(200),
        });
        Assert.Contains("first frame: MisuseTests.BlockAsync", failure);
        Assert.Contains(".Wait()", failure);

        // And the process is as good as before.
        await Sim.Run(1, ShopWorld.RunAsync);
    }

    [Fact]
    public async Task T7_Code_that_never_ends_is_stopped_by_virtual_time()
    {
        var failure = await FailsAsync(SimVerdict.TooLong, WorkForEverAsync);
        Assert.Contains("did not end within 01:00:00 of virtual time", failure);
        Assert.Contains("MisuseTests.WorkForEverAsync", failure);
    }

    [Fact]
    public async Task T7_A_timer_of_the_clients_clock_that_is_left_is_a_leak() => Assert.Contains(
        "1 timer of ClientTime or of the broker were left",
        await FailsAsync(SimVerdict.Leaked, async sim =>
        {
            await using var connection = await sim.ConnectAsync();
            _ = sim.ClientTime.CreateTimer(_ => { }, null, TimeSpan.FromDays(1), Timeout.InfiniteTimeSpan);
        }));

    [Fact]
    public async Task T7_A_connection_left_open_is_a_leak() => Assert.Contains(
        "1 connection was left open",
        await FailsAsync(SimVerdict.Leaked, async sim => await sim.ConnectAsync()));

    [Fact]
    public async Task T7_A_fault_that_never_happens_is_not_a_pass() => Assert.Contains(
        "in the body of the 30th basic.publish",
        await FailsAsync(SimVerdict.NotReached, async sim =>
        {
            sim.Faults.Cut(CutKind.Fin).InTheBodyOf(MethodId.BasicPublish, 30);
            await ShopWorld.RunAsync(sim);
        }));

    [Fact]
    public async Task T7_A_fault_of_something_that_is_not_there_is_not_a_pass() => Assert.Contains(
        "nowhere",
        await FailsAsync(SimVerdict.NotReached, sim =>
        {
            sim.Faults.DeleteQueue("nowhere");
            return Task.CompletedTask;
        }));

    [Fact]
    public async Task T7_What_the_code_throws_is_the_inner_exception()
    {
        var failure = await Assert.ThrowsAsync<SimFailedException>(
            () => Sim.Run(1, _ => throw new InvalidTimeZoneException("here")));
        Assert.IsType<InvalidTimeZoneException>(failure.InnerException);
        Assert.Equal(SimVerdict.Failed, failure.Outcome.Verdict);
    }

    [Fact]
    public async Task T7_A_world_inside_of_a_world_is_refused()
    {
        var failure = await Assert.ThrowsAsync<SimFailedException>(
            () => Sim.Run(1, async _ => await Sim.Run(2, ShopWorld.RunAsync)));
        Assert.IsType<InvalidOperationException>(failure.InnerException);
    }

    [Fact]
    public async Task T7_The_transport_says_that_a_guarded_world_is_not_enough()
    {
        var failure = await Assert.ThrowsAsync<SimFailedException>(
            () => Sim.Run(1, async sim => await sim.ConnectAsync(), new SimOptions { Mode = SimMode.Guarded }));
        Assert.Contains("needs SimMode.OneWorker", failure.Message);
    }

    [Fact]
    public void T7_This_process_has_one_worker()
    {
        SimHost.EnsureOneWorker();
        Assert.True(SimHost.HasOneWorker);
        Assert.False(SimHost.IsTestHost);
    }

    private static async Task<string> FailsAsync(
        SimVerdict verdict, Func<SimContext, Task> body, SimOptions? options = null)
    {
        var failure = await Assert.ThrowsAsync<SimFailedException>(() => Sim.Run(1, body, options));
        Assert.Equal(verdict, failure.Outcome.Verdict);
        return failure.Message;
    }

    private static async Task WaitForNothingAsync(SimContext sim) => await new TaskCompletionSource().Task;

    private static async Task WaitOnTheSystemsClockAsync(SimContext sim)
    {
        await using var connection = await sim.ConnectAsync();
        await Task.Delay(TimeSpan.FromMinutes(1));
    }

    private static async Task UseAThreadAsync(SimContext sim)
    {
        var done = new TaskCompletionSource();
        new Thread(done.SetResult).Start();
        await sim.DelayAsync(TimeSpan.FromMilliseconds(1));
        await done.Task;
        await new TaskCompletionSource().Task;
    }

    private static async Task BlockAsync(SimContext sim)
    {
        await Task.Yield();
        sim.DelayAsync(TimeSpan.FromSeconds(1)).Wait();
    }

    private static async Task WorkForEverAsync(SimContext sim)
    {
        while (true)
        {
            await sim.DelayAsync(TimeSpan.FromMinutes(1));
        }
    }
}
