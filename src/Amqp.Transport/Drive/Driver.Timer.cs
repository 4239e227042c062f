using Amqp.Engine.Base;

namespace Amqp.Transport.Drive;

// One timer for all deadlines of the engine. It is moved only when the deadline came nearer; when the deadline moved
// away, which every read does, the callback finds out from the clock and arms it anew.
internal abstract partial class Driver
{
    // Longer waits are cut: timers take at most about 49 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    // A timer that comes so late tells of a process that was suspended, or starved. What the peer sent meanwhile
    // lies in the socket: it is to be read before anyone is taken for dead.
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TimeToRead = TimeSpan.FromMilliseconds(100);

    // While reading is withheld it is looked so often whether a handler waits for what cannot be read.
    private static readonly TimeSpan PauseInterval = TimeSpan.FromMilliseconds(500);

    private readonly ITimer _timer;
    private ITimer? _pauseTimer;
    private MonoTime _armedFor = MonoTime.Never;
    private bool _wasLate;

    public void UpdateTimer()
    {
        MonoTime due = Pump.Session.NextDeadline.At;
        if (due < _armedFor)
        {
            Arm(due);
        }
    }

    private void Arm(MonoTime due)
    {
        _armedFor = due;
        TimeSpan wait = due - Pump.Now;
        if (wait > LongestWait)
        {
            wait = LongestWait;
        }

        // Rounded up, since timers count whole milliseconds and an early callback would only come again.
        _timer.Change(
            wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)),
            Timeout.InfiniteTimeSpan);
    }

    private void WatchPause()
    {
        Pump.BeginPause();
        _pauseTimer ??= Time.CreateTimer(
            static state => ((Driver)state!).OnPauseTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _pauseTimer.Change(PauseInterval, PauseInterval);
    }

    private void OnPauseTimer()
    {
        bool goesOn;
        lock (Pump.Gate)
        {
            goesOn = !IsOver && _resume is not null && Pump.CheckStuck();
        }

        if (goesOn)
        {
            Log.ReadLifted(Logger);
        }
    }

    private void OnTimer()
    {
        var batch = new CompletionBatch();
        SendPlan plan;
        lock (Pump.Gate)
        {
            if (IsOver)
            {
                return;
            }

            _armedFor = MonoTime.Never;
            MonoTime due = Pump.Session.NextDeadline.At;
            _wasLate = !_wasLate && due != MonoTime.Never && Pump.Now - due > Late;
            if (_wasLate)
            {
                Arm(Pump.Now + TimeToRead);
                return;
            }

            Pump.Elapse(batch);
            plan = Plan();
        }

        batch.Run(Logger);
        Execute(plan);
    }
}
