using Amqp.Engine.Base;

namespace Amqp.Simulation.Time;

/// <summary>
/// A clock that moves only when it is told to, from one due time to the next, and the timers on it.
/// </summary>
/// <remarks>
/// <para>What is due is ordered by time and, within one instant, by the order in which it was armed. While a callback
/// runs, the clock shows the moment at which it was due. Reading the clock never fires anything. A timer that is due at
/// once still fires on the next step, never inside <see cref="CreateTimer"/>.</para>
/// <para><see cref="ITimer.Change"/> and disposal do what those of <see cref="TimeProvider.System"/> do; times are kept
/// to 100 ns instead of being cut to milliseconds. Callbacks run on the caller's thread, in the execution context in
/// which the timer was made.</para>
/// <para>All members are safe to call from any thread. Stepping is for one thread at a time.</para>
/// </remarks>
public sealed class VirtualTimeProvider : TimeProvider
{
    /// <summary>What the clock shows at first unless told otherwise: midnight, 1 January 2030, UTC.</summary>
    public static readonly DateTimeOffset DefaultStart = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly SortedSet<VirtualEvent> _due = new(VirtualEvent.Order);
    private readonly DateTimeOffset _start;
    private long _now;
    private long _sequence;

    /// <summary>Makes a clock that stands still.</summary>
    /// <param name="start">What it shows; null for <see cref="DefaultStart"/>.</param>
    public VirtualTimeProvider(DateTimeOffset? start = null) => _start = start ?? DefaultStart;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>The time since the start.</summary>
    public MonoTime Now => new(GetTimestamp());

    /// <summary>When the next callback is due; <see cref="MonoTime.Never"/> when none is.</summary>
    public MonoTime NextDue
    {
        get
        {
            lock (_gate)
            {
                return _due.Min is { } first ? new MonoTime(first.Due) : MonoTime.Never;
            }
        }
    }

    /// <summary>How many timers and scheduled actions are armed.</summary>
    public int Armed
    {
        get
        {
            lock (_gate)
            {
                return _due.Count;
            }
        }
    }

    /// <summary>Timers that were made and not disposed of, armed or not.</summary>
    public int AliveTimers { get; private set; }

    /// <summary>Called at each entry that arms or moves a timer; the simulator looks at the thread there.</summary>
    internal Action<string>? Entered { get; set; }

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + TimeSpan.FromTicks(GetTimestamp());

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A time is below -1 ms or above 4,294,967,294 ms.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Entered?.Invoke(nameof(CreateTimer));
        var timer = new VirtualTimer(this, callback, state);
        timer.Check(dueTime, period);
        lock (_gate)
        {
            AliveTimers++;
        }

        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Does something at a time, in its order among the timers.</summary>
    /// <param name="at">When; what is past happens on the next step, and the clock does not go back.</param>
    /// <param name="action">What.</param>
    public void Schedule(MonoTime at, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        Entered?.Invoke(nameof(Schedule));
        var scheduled = new VirtualEvent(action);
        lock (_gate)
        {
            Arm(scheduled, at.Ticks);
        }
    }

    /// <summary>Moves the clock to the next due time and does what is first due there; one callback.</summary>
    /// <returns>False when nothing is due, ever.</returns>
    public bool FireNext() => FireNext(MonoTime.Never);

    /// <summary>Moves the clock ahead and fires on the way, each at its time, everything that becomes due.</summary>
    /// <param name="by">How far; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        MonoTime until = Now + by;
        while (FireNext(until))
        {
            // Each step may arm more.
        }

        lock (_gate)
        {
            _now = Math.Max(_now, until.Ticks);
        }
    }

    internal void Arm(VirtualEvent scheduled, long due)
    {
        lock (_gate)
        {
            _due.Remove(scheduled);
            scheduled.Due = Math.Max(due, _now);
            scheduled.Sequence = _sequence++;
            _due.Add(scheduled);
        }
    }

    internal void Disarm(VirtualEvent scheduled)
    {
        lock (_gate)
        {
            _due.Remove(scheduled);
        }
    }

    internal void Forget(VirtualEvent scheduled)
    {
        lock (_gate)
        {
            _due.Remove(scheduled);
            AliveTimers--;
        }
    }

    private bool FireNext(MonoTime until)
    {
        VirtualEvent? first;
        lock (_gate)
        {
            first = _due.Min;
            if (first is null || first.Due > until.Ticks)
            {
                return false;
            }

            _due.Remove(first);
            _now = Math.Max(_now, first.Due);
            first.OnTaken();
        }

        first.Fire();
        return true;
    }
}
