using Amqp.Engine.Base;

namespace Amqp.Transport.Drive;

// One timer for all deadlines of the engine. It is moved only when the deadline came nearer; when the deadline moved
// away, which every read does, the callback finds out from the clock and arms it anew.
internal abstract partial class Driver
{
    // Longer waits are cut: timers take at most about 49 days.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly ITimer _timer;
    private MonoTime _armedFor = MonoTime.Never;

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
            Pump.Elapse(batch);
            plan = Plan();
        }

        batch.Run(Logger);
        Execute(plan);
    }
}
