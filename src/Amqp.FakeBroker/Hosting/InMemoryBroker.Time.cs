using Amqp.Engine.Base;

namespace Amqp.FakeBroker;

/// <content>
/// The broker's clock, which can be moved ahead and stopped; and what the host itself has to do at a time.
/// </content>
public sealed partial class InMemoryBroker
{
    private readonly PriorityQueue<Action, (MonoTime Due, ulong Order)> _agenda = new();
    private ulong _agendaOrder;
    private TimeSpan _shift;
    private MonoTime? _frozenAt;

    /// <summary>How long the broker has been running, by its own clock.</summary>
    public TimeSpan Uptime
    {
        get
        {
            lock (Gate)
            {
                return Now - MonoTime.Zero;
            }
        }
    }

    /// <summary>True while the broker's clock stands still.</summary>
    public bool IsTimeStopped
    {
        get
        {
            lock (Gate)
            {
                return _frozenAt is not null;
            }
        }
    }

    private MonoTime NextDue =>
        _agenda.TryPeek(out _, out (MonoTime Due, ulong Order) first) && first.Due < _core.NextDeadline
            ? first.Due
            : _core.NextDeadline;

    /// <summary>
    /// Moves the broker's clock ahead: what falls due on the way (TTL, expiry, slow confirms, timed faults) happens in
    /// its order. Connections do not count the time as silence of their peers.
    /// </summary>
    /// <param name="by">How far; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public void AdvanceTime(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        lock (Gate)
        {
            MonoTime target = Now + by;
            _shift += by;
            _frozenAt = _frozenAt is null ? null : target;
            ElapseTo(target, isShift: true);
            TellWaiting();
            _armedFor = MonoTime.Never;
        }

        Settle();
    }

    /// <summary>Stops the broker's clock: nothing falls due until <see cref="ResumeTime"/>.</summary>
    public void StopTime()
    {
        lock (Gate)
        {
            _frozenAt ??= Now;
        }
    }

    /// <summary>Lets the broker's clock go on from where it was stopped.</summary>
    public void ResumeTime()
    {
        lock (Gate)
        {
            if (_frozenAt is { } at)
            {
                _frozenAt = null;
                _shift -= Now - at;
                _armedFor = MonoTime.Never;
            }
        }

        Settle();
    }

    /// <summary>Under the lock: does something later, under the lock again.</summary>
    private void At(MonoTime due, Action action)
    {
        _agenda.Enqueue(action, (due, _agendaOrder++));
        Arm();
    }

    /// <summary>Under the lock: everything due until then, in order.</summary>
    private void ElapseTo(MonoTime target, bool isShift = false)
    {
        // An early deadline of the core may not move by acting on it; the count only bounds a mistake.
        const int Most = 1_000_000;
        for (int i = 0; i < Most && NextDue < target; i++)
        {
            MonoTime due = NextDue;
            StepTo(due, isShift);
            if (NextDue <= due)
            {
                break;
            }
        }

        StepTo(target, isShift);
    }

    private void StepTo(MonoTime now, bool isShift)
    {
        if (isShift)
        {
            _core.Advance(now);
            foreach (BrokerConnection connection in _core.Connections)
            {
                connection.RestartHeartbeats();
            }
        }

        while (_agenda.TryPeek(out Action? action, out (MonoTime Due, ulong Order) first) && first.Due <= now)
        {
            _agenda.Dequeue();
            action();
        }

        _core.Elapse(now);
    }
}
