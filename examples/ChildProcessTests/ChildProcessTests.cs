using Amqp.Simulation;
using Xunit;

namespace Amqp.Examples.ChildProcessTests;

/// <summary>Worlds of asynchronous code under xunit 2: in a child process.</summary>
public sealed class ChildProcessTests
{
    [Fact]
    public async Task A_lost_confirm_makes_a_duplicate() => await SimChild.Run(seed: 1, ConfirmWorlds.LostConfirm);

    [Fact]
    public async Task Nothing_is_lost_in_a_hundred_worlds()
    {
        var text = await SimChild.Explore(worlds: 100, ConfirmWorlds.NothingIsLost);
        Assert.StartsWith("worlds: 100, failed: 0", text);
    }

    [Fact]
    public async Task A_failure_comes_back_with_its_scenario()
    {
        var failure = await Assert.ThrowsAsync<SimChildException>(
            () => SimChild.Explore(worlds: 100, ConfirmWorlds.TriedOnce));
        Assert.Contains("await Sim.Replay(\"seed 1; at 0s ", failure.Message);
        Assert.Contains("ConfirmWorlds.TriedOnce", failure.Message);
    }

    [Fact]
    public async Task Two_processes_give_one_trace()
    {
        var one = await SimChild.Run(seed: 7, ConfirmWorlds.NothingIsLost);
        var two = await SimChild.Run(seed: 7, ConfirmWorlds.NothingIsLost);
        Assert.Contains("trace #", one);
        Assert.Equal(one, two);
    }

    /// <summary>Code that keeps off the thread pool needs no child; what does not is told by name.</summary>
    [Fact]
    public async Task Guarded_worlds_run_here_and_catch_what_leaves_them()
    {
        await Sim.Run(seed: 1, async sim => await sim.DelayAsync(TimeSpan.FromDays(1)), new SimOptions
        {
            Limit = TimeSpan.FromDays(2),
        });
        var escape = await Assert.ThrowsAsync<SimFailedException>(() => Sim.Run(seed: 1, LeaveAsync));
        Assert.Equal(SimVerdict.Escaped, escape.Outcome.Verdict);
        Assert.Contains("ChildProcessTests.LeaveAsync", escape.Message);
    }

    private static async Task LeaveAsync(SimContext sim)
    {
        await sim.DelayAsync(TimeSpan.FromSeconds(1));
        await Task.Yield();
        await sim.DelayAsync(TimeSpan.FromSeconds(1));
    }
}
