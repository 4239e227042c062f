namespace Amqp.Transport;

// Timers, in a heap. One that was removed stays in it until it would have been due, or until there are many of them.
public sealed partial class IoLoop
{
    private const int MostRemoved = 1024;

    private readonly PriorityQueue<IoTimer, (TimeSpan Due, long Order)> _timers = new();
    private long _timerOrder;
    private int _removed;

    /// <summary>Has a callback run later; never early. Those that are due at the same time run in the order in which
    /// they were asked for. From any thread.</summary>
    /// <param name="delay">After how long; zero or more.</param>
    /// <param name="callback">What to run.</param>
    /// <returns>What <see cref="RemoveTimer"/> takes.</returns>
    public IoTimer CallLater(TimeSpan delay, Action callback)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new IoTimer(callback);
        lock (_gate)
        {
            _timers.Enqueue(timer, (Now() + delay, _timerOrder++));
        }

        if (!IsInLoop)
        {
            _poller.Wake();
        }

        return timer;
    }

    /// <summary>Takes a timer back. From any thread, also inside its own callback.</summary>
    /// <param name="timer">The timer.</param>
    /// <returns>Whether it was still to come.</returns>
    public bool RemoveTimer(IoTimer timer)
    {
        ArgumentNullException.ThrowIfNull(timer);
        lock (_gate)
        {
            if (!timer.IsPending)
            {
                return false;
            }

            timer.Callback = null;
            if (++_removed > MostRemoved && _removed > _timers.Count / 2)
            {
                (IoTimer, (TimeSpan, long))[] left = [.. _timers.UnorderedItems.Where(item => item.Element.IsPending)];
                _timers.Clear();
                _timers.EnqueueRange(left);
                _removed = 0;
            }

            return true;
        }
    }

    private TimeSpan Now() => Clock.GetElapsedTime(0);

    private TimeSpan UntilNextTimer()
    {
        lock (_gate)
        {
            DropRemoved();
            return _timers.TryPeek(out _, out (TimeSpan Due, long Order) next) ? next.Due - Now() : LongestWait;
        }
    }

    private void RunTimers()
    {
        TimeSpan now = Now();
        long before;
        lock (_gate)
        {
            before = _timerOrder;
        }

        while (TakeDue(now, before) is { } callback)
        {
            callback();
        }
    }

    // A timer that a callback adds is due in the next pass at the earliest, also when the clock stands still.
    private Action? TakeDue(TimeSpan now, long before)
    {
        lock (_gate)
        {
            DropRemoved();
            if (!_timers.TryPeek(out IoTimer? timer, out (TimeSpan Due, long Order) next)
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

    private void DropRemoved()
    {
        while (_timers.TryPeek(out IoTimer? timer, out _) && !timer.IsPending)
        {
            _timers.Dequeue();
            _removed--;
        }
    }
}
