namespace Amqp.Transport.Blocking;

/// <summary>Waits by sleeping. With the system's clock nothing of the thread pool is needed for it, so that a process
/// whose pool is busy keeps its deadlines.</summary>
internal sealed class MonitorPump(TimeProvider time) : BlockingPump
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);

    private readonly object _gate = new();
    private int _version;
    private int _sleepers;

    public override bool Wait(Func<bool> until, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(until);
        long start = time.GetTimestamp();
        while (true)
        {
            int seen = Volatile.Read(ref _version);
            if (until())
            {
                return true;
            }

            TimeSpan left = limit < TimeSpan.Zero ? LongestSleep : limit - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero)
            {
                return false;
            }

            Sleep(seen, left < LongestSleep ? left : LongestSleep);
        }
    }

    public override void Pulse()
    {
        Interlocked.Increment(ref _version); // a fence: the sleepers are counted next
        if (Volatile.Read(ref _sleepers) > 0)
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void Sleep(int seen, TimeSpan longest)
    {
        // Any other clock than the system's is not bound to real time: its timer tells when the time has passed.
        bool isRealTime = ReferenceEquals(time, TimeProvider.System);
        using ITimer? timer = isRealTime
            ? null
            : time.CreateTimer(static pump => ((MonitorPump)pump!).Pulse(), this, longest, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            Interlocked.Increment(ref _sleepers); // a fence: whether something has happened is read next
            if (Volatile.Read(ref _version) == seen)
            {
                // Rounded up: a sleep that ends early would only be followed by another one.
                Monitor.Wait(
                    _gate,
                    isRealTime ? TimeSpan.FromMilliseconds(Math.Ceiling(longest.TotalMilliseconds)) : LongestSleep);
            }

            Interlocked.Decrement(ref _sleepers);
        }
    }
}
