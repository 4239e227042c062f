namespace Amqp.Transport;

// Timers: callbacks that are due later, by the clock of the options. They run where callbacks run.
public sealed partial class BlockingConnection
{
    private readonly PriorityQueue<BlockingTimer, (TimeSpan Due, long Order)> _timers = new();
    private long _timerOrder;

    /// <summary>Has a callback run later, where callbacks run; never early. Those that are due at the same time run in
    /// the order in which they were asked for.</summary>
    /// <param name="delay">After how long; zero or more.</param>
    /// <param name="callback">What to run.</param>
    /// <returns>What <see cref="RemoveTimer"/> takes.</returns>
    /// <exception cref="AmqpException">The connection is closed.</exception>
    public BlockingTimer CallLater(TimeSpan delay, Action callback)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(callback);
        ThrowIfClosed();
        var timer = new BlockingTimer(callback);
        lock (_gate)
        {
            _timers.Enqueue(timer, (Now() + delay, _timerOrder++));
        }

        _pump.Pulse();
        return timer;
    }

    /// <summary>Takes a timer back.</summary>
    /// <param name="timer">The timer.</param>
    /// <returns>Whether it was still to come; false when it has run, or runs, or was removed before.</returns>
    public bool RemoveTimer(BlockingTimer timer)
    {
        ArgumentNullException.ThrowIfNull(timer);
        lock (_gate)
        {
            bool isPending = timer.IsPending;
            timer.Callback = null;
            if (isPending)
            {
                _timers.Remove(timer, out _, out _);
            }

            return isPending;
        }
    }

    private TimeSpan Now() => _time.GetElapsedTime(0);

    // Negative when there is none.
    private TimeSpan UntilNextTimer()
    {
        lock (_gate)
        {
            if (!_timers.TryPeek(out _, out (TimeSpan Due, long Order) next))
            {
                return Timeout.InfiniteTimeSpan;
            }

            TimeSpan wait = next.Due - Now();
            return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }
    }

    private int RunTimers()
    {
        int ran = 0;
        TimeSpan now = Now();
        long before;
        lock (_gate)
        {
            before = _timerOrder;
        }

        while (TakeDue(now, before) is { } callback)
        {
            ran++;
            Run(() =>
            {
                callback();
                return true;
            });
        }

        return ran;
    }

    // A timer that a callback adds is due in the next pass at the earliest, also when the clock stands still.
    private Action? TakeDue(TimeSpan now, long before)
    {
        lock (_gate)
        {
            if (!_timers.TryPeek(out BlockingTimer? timer, out (TimeSpan Due, long Order) next)
                || next.Due > now
                || next.Order >= before)
            {
                return null;
            }

            _timers.Dequeue();
            Action? callback = timer.Callback;
            timer.Callback = null;
            return callback;
        }
    }
}
