namespace Amqp.Integration.Support;

/// <summary>A clock that stands still until a test moves it, and its timers: they fire in the order in which they are
/// due, while the clock shows that moment. Thread-safe.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly HashSet<ManualTimer> _timers = [];
    private TaskCompletionSource _armed = New();
    private long _now;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers exist that were not disposed of.</summary>
    public int AliveTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(GetTimestamp());

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        lock (_gate)
        {
            _timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass, and fires on the caller's thread what becomes due.</summary>
    public void Advance(TimeSpan span)
    {
        long until = GetTimestamp() + span.Ticks;
        while (TakeDue(until) is { } timer)
        {
            timer.Fire();
        }

        lock (_gate)
        {
            _now = Math.Max(_now, until);
        }
    }

    /// <summary>Lets time pass while no timer runs, as for a process that is suspended. They fire late, with the next
    /// <see cref="Advance"/>.</summary>
    public void Stall(TimeSpan span)
    {
        lock (_gate)
        {
            _now += span.Ticks;
        }
    }

    /// <summary>Jumps from timer to timer until the task has ended.</summary>
    public async Task RunUntilAsync(Task task)
    {
        while (!task.IsCompleted)
        {
            Task armed;
            lock (_gate)
            {
                armed = _armed.Task;
            }

            if (TakeDue(long.MaxValue) is { } timer)
            {
                timer.Fire();
            }
            else
            {
                await Task.WhenAny(task, armed).Within();
            }
        }

        await task;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ManualTimer? TakeDue(long until)
    {
        lock (_gate)
        {
            ManualTimer? next = _timers.Where(t => t.Due <= until && t.Due != long.MaxValue).MinBy(t => t.Due);
            if (next is not null)
            {
                _now = Math.Max(_now, next.Due);
                next.Due = next.Period == long.MaxValue ? long.MaxValue : _now + next.Period;
            }

            return next;
        }
    }

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        public long Due { get; set; } = long.MaxValue;

        public long Period { get; private set; } = long.MaxValue;

        public void Fire() => fire();

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                if (!time._timers.Contains(this))
                {
                    return false;
                }

                Due = dueTime < TimeSpan.Zero ? long.MaxValue : time._now + dueTime.Ticks;
                Period = period <= TimeSpan.Zero ? long.MaxValue : period.Ticks;
                if (Due != long.MaxValue)
                {
                    time._armed.TrySetResult();
                    time._armed = New();
                }

                return true;
            }
        }

        public void Dispose()
        {
            lock (time._gate)
            {
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
