using Amqp.Engine.Base;
using Amqp.Property.Generators;
using Amqp.Simulation.Time;
using FsCheck;
using Xunit;

namespace Amqp.Property.Time;

/// <summary>The clock of simulated worlds against a model of it.</summary>
public class VirtualTimeProperties
{
    [Fact]
    public void T1_Timers_fire_by_due_time_and_then_by_order_at_the_very_moment_they_are_due()
    {
        var seen = new Distribution("same instant", "from a callback", "after disposal", "periodic");
        Props.ForAll("T1", Scripts, script => Compare(script, seen), Shrink);
        seen.Require("T1", 5);
    }

    [Fact]
    public void T1_A_due_time_of_zero_waits_for_the_next_step()
    {
        var clock = new VirtualTimeProvider();
        var fired = 0;
        using var timer = clock.CreateTimer(_ => fired++, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        Assert.Equal(0, fired);
        Assert.True(clock.FireNext());
        Assert.Equal(1, fired);
        Assert.False(clock.FireNext());
    }

    [Theory]
    [InlineData(-2.0, 0.0)]
    [InlineData(0.0, -2.0)]
    [InlineData(4294967295.0, 0.0)]
    [InlineData(0.0, 4294967295.0)]
    public void T1_Times_out_of_range_are_refused_as_by_the_system(double due, double period)
    {
        var (dueTime, every) = (TimeSpan.FromMilliseconds(due), TimeSpan.FromMilliseconds(period));
        foreach (var provider in new[] { TimeProvider.System, new VirtualTimeProvider() })
        {
            Assert.Throws<ArgumentOutOfRangeException>(
                () => provider.CreateTimer(static _ => { }, null, dueTime, every));
            using var timer = provider.CreateTimer(
                static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Assert.Throws<ArgumentOutOfRangeException>(() => timer.Change(dueTime, every));
        }
    }

    [Fact]
    public void T1_A_callback_runs_in_the_context_in_which_its_timer_was_made()
    {
        var clock = new VirtualTimeProvider();
        var local = new AsyncLocal<int> { Value = 1 };
        var seen = 0;
        using var timer = clock.CreateTimer(
            _ => seen = local.Value, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        local.Value = 2;
        clock.FireNext();
        Assert.Equal(1, seen);
    }

    [Fact]
    public async Task T2_The_waits_of_the_base_library_end_on_the_virtual_clock()
    {
        var clock = new VirtualTimeProvider();
        var delay = Task.Delay(TimeSpan.FromHours(1), clock);
        var wait = new TaskCompletionSource().Task.WaitAsync(TimeSpan.FromHours(2), clock);
        using var cancel = new CancellationTokenSource(TimeSpan.FromHours(3), clock);
        using var periodic = new PeriodicTimer(TimeSpan.FromHours(4), clock);
        var tick = periodic.WaitForNextTickAsync();
        clock.Advance(TimeSpan.FromHours(1));
        await delay;
        Assert.False(wait.IsCompleted);
        clock.Advance(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<TimeoutException>(() => wait);
        Assert.False(cancel.IsCancellationRequested);
        clock.Advance(TimeSpan.FromHours(2));
        Assert.True(cancel.IsCancellationRequested);
        Assert.True(await tick);
        Assert.Equal(VirtualTimeProvider.DefaultStart + TimeSpan.FromHours(4), clock.GetUtcNow());
    }

    [Fact]
    public void T2_What_is_scheduled_keeps_its_place_among_the_timers()
    {
        var clock = new VirtualTimeProvider();
        var order = new List<string>();
        clock.Schedule(new MonoTime(20), () => order.Add($"b{clock.Now.Ticks}"));
        using var timer = clock.CreateTimer(
            _ => order.Add($"c{clock.Now.Ticks}"), null, new TimeSpan(20), Timeout.InfiniteTimeSpan);
        clock.Schedule(new MonoTime(10), () => clock.Schedule(new MonoTime(5), () => order.Add($"a{clock.Now.Ticks}")));
        Assert.Equal(new MonoTime(10), clock.NextDue);
        while (clock.FireNext())
        {
            Assert.True(clock.Armed >= 0);
        }

        Assert.Equal(["a10", "b20", "c20"], order);
        Assert.Equal(MonoTime.Never, clock.NextDue);
    }

    private static Gen<(TimerOp[] Ops, TimerOp[] Nested)> Scripts => Gens.From(draw => (
        Ops: draw.List(draw.Int(1, 40), () => Op(draw)).ToArray(),
        Nested: draw.List(draw.Int(0, 6), () => Op(draw)).ToArray()));

    private static TimerOp Op(Draw draw) => new(
        (TimerOpKind)draw.Int(0, 4), draw.Int(0, 7), draw.Int(-1, 6), draw.Pick(-1, -1, 0, draw.Int(1, 5)));

    private static IEnumerable<(TimerOp[] Ops, TimerOp[] Nested)> Shrink((TimerOp[] Ops, TimerOp[] Nested) script)
    {
        for (var i = 0; i < script.Ops.Length; i++)
        {
            yield return (script.Ops.Where((_, index) => index != i).ToArray(), script.Nested);
        }

        for (var i = 0; i < script.Nested.Length; i++)
        {
            yield return (script.Ops, script.Nested.Where((_, index) => index != i).ToArray());
        }
    }

    private static void Compare((TimerOp[] Ops, TimerOp[] Nested) script, Distribution seen)
    {
        var model = new TimerModel();
        var actual = new TimerScript();
        var nested = new[] { 0, 0 };

        // What fires does the next of the nested steps, at most each once, on the model as on the clock.
        model.OnFired = _ => Next(0, op => Apply(op, model));
        actual.OnFired = _ => Next(1, op => actual.Apply(op));
        void Next(int side, Action<TimerOp> apply)
        {
            while (nested[side] < script.Nested.Length)
            {
                var op = script.Nested[nested[side]++];
                if (op.Kind is TimerOpKind.Create or TimerOpKind.Change or TimerOpKind.Dispose)
                {
                    apply(op);
                    return;
                }
            }
        }

        foreach (var op in script.Ops)
        {
            Assert.Equal(Apply(op, model), actual.Apply(op));
            Assert.Equal(model.Now, actual.NowMilliseconds);
            Assert.Equal(model.Fired, actual.Fired);
            Assert.Equal(model.Alive, actual.Clock.AliveTimers);
        }

        seen.Case();
        seen.Saw("same instant", model.Fired.GroupBy(each => each.At).Any(each => each.Count() > 1));
        seen.Saw("from a callback", nested[0] > 0);
        seen.Saw("after disposal", model.Alive < model.Created);
        seen.Saw("periodic", model.Fired.GroupBy(each => each.Timer).Any(each => each.Count() > 2));
    }

    private static bool Apply(TimerOp op, TimerModel model)
    {
        switch (op.Kind)
        {
            case TimerOpKind.Create:
                model.Create(op.Due, op.Period);
                return true;
            case TimerOpKind.Advance:
                model.Advance(Math.Max(0, op.Due));
                return true;
            case TimerOpKind.FireNext:
                return model.FireNext(long.MaxValue);
            case TimerOpKind.Change when model.Created > 0:
                return model.Change(op.Timer % model.Created, op.Due, op.Period);
            case TimerOpKind.Dispose when model.Created > 0:
                model.Dispose(op.Timer % model.Created);
                return true;
            default:
                return false;
        }
    }
}
