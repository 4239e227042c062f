namespace Amqp.Simulation.Time;

/// <summary>A timer of a <see cref="VirtualTimeProvider"/>.</summary>
internal sealed class VirtualTimer(VirtualTimeProvider clock, TimerCallback callback, object? state)
    : VirtualEvent(null), ITimer
{
    private const long LongestMilliseconds = 0xFFFF_FFFE;

    private static readonly ContextCallback s_call = static state => ((VirtualTimer)state!).Call();

    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private long _period;
    private bool _isDisposed;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, period);
        clock.Entered?.Invoke(nameof(Change));
        if (_isDisposed)
        {
            return false;
        }

        // A period that is no whole millisecond is none, as with the system's timers.
        _period = (long)period.TotalMilliseconds > 0 ? period.Ticks : 0;
        if ((long)dueTime.TotalMilliseconds == Timeout.Infinite)
        {
            clock.Disarm(this);
        }
        else
        {
            clock.Arm(this, clock.GetTimestamp() + Math.Max(0, dueTime.Ticks));
        }

        return true;
    }

    public void Check(TimeSpan dueTime, TimeSpan period)
    {
        CheckRange(dueTime, nameof(dueTime));
        CheckRange(period, nameof(period));
    }

    public void Dispose()
    {
        if (!_isDisposed)
        {
            _isDisposed = true;
            clock.Forget(this);
        }
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public override void OnTaken()
    {
        if (_period > 0 && !_isDisposed)
        {
            clock.Arm(this, Due + _period);
        }
    }

    public override void Fire()
    {
        if (_context is null)
        {
            Call();
        }
        else
        {
            ExecutionContext.Run(_context, s_call, this);
        }
    }

    private static void CheckRange(TimeSpan time, string name)
    {
        long milliseconds = (long)time.TotalMilliseconds;
        ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, Timeout.Infinite, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, LongestMilliseconds, name);
    }

    private void Call() => callback(state);
}
