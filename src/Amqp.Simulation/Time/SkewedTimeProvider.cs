using Amqp.Engine.Base;
using Amqp.Simulation.World;

namespace Amqp.Simulation.Time;

/// <summary>
/// A clock of one side of a world, which goes too fast or too slowly and may be moved. Its timers last as long as it
/// shows; moving its hands does not move them, as a step of a machine's clock does not.
/// </summary>
internal sealed class SkewedTimeProvider(VirtualTimeProvider world, SimClock clock, int driftPpm) : TimeProvider
{
    private const long Million = 1_000_000;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => clock.At(world.Now).Ticks;

    public override DateTimeOffset GetUtcNow() =>
        world.GetUtcNow() + TimeSpan.FromTicks(GetTimestamp() - world.GetTimestamp());

    /// <summary>Timers that were made and not disposed of.</summary>
    public int AliveTimers { get; private set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = world.CreateTimer(callback, state, InWorldTime(dueTime), InWorldTime(period));
        AliveTimers++;
        return new SkewedTimer(this, timer);
    }

    /// <summary>Moves its hands.</summary>
    public void Step(TimeSpan by) => clock.Step(by);

    private TimeSpan InWorldTime(TimeSpan time)
    {
        if (driftPpm == 0 || time <= TimeSpan.Zero)
        {
            return time;
        }

        // Rounded up: when the timer fires the clock must show that its time is over.
        Int128 ticks = (((Int128)time.Ticks * Million) + Million + driftPpm - 1) / (Million + driftPpm);
        return new TimeSpan((long)ticks);
    }

    private sealed class SkewedTimer(SkewedTimeProvider clock, ITimer inner) : ITimer
    {
        private bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period) =>
            inner.Change(clock.InWorldTime(dueTime), clock.InWorldTime(period));

        public void Dispose()
        {
            clock.AliveTimers -= _isDisposed ? 0 : 1;
            _isDisposed = true;
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
