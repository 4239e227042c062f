namespace Amqp.Transport.Select;

/// <summary>A clock whose timers fire in a loop.</summary>
internal sealed class LoopTime(IoLoop loop) : TimeProvider
{
    public override long TimestampFrequency => loop.Clock.TimestampFrequency;

    public override long GetTimestamp() => loop.Clock.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => loop.Clock.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new LoopTimer(loop, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class LoopTimer(IoLoop loop, Action fire) : ITimer
    {
        private readonly Lock _gate = new();
        private IoTimer? _armed;
        private bool _isDisposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate)
            {
                if (_armed is not null)
                {
                    loop.RemoveTimer(_armed);
                    _armed = null;
                }

                if (!_isDisposed && dueTime >= TimeSpan.Zero)
                {
                    _armed = loop.CallLater(dueTime, () => Fire(period));
                }

                return !_isDisposed;
            }
        }

        public void Dispose()
        {
            Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Volatile.Write(ref _isDisposed, true);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Fire(TimeSpan period)
        {
            if (Volatile.Read(ref _isDisposed))
            {
                return;
            }

            if (period > TimeSpan.Zero)
            {
                Change(period, period);
            }

            fire();
        }
    }
}
