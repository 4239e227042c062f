namespace Amqp.Transport.Drive;

/// <summary>Finds readers whose handlers take long. One thread for the process, which sleeps while nothing is
/// dispatched.</summary>
internal static class DispatchWatchdog
{
    // A handler is long when it has not ended between two ticks.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    // After so many ticks without any dispatching the thread goes to sleep.
    private const int IdleTicks = 100;

    private static readonly Lock Gate = new();
    private static readonly List<ThreadedDriver> Drivers = [];
    private static readonly ManualResetEventSlim Wanted = new();
    private static int s_isAsleep = 1;
    private static bool s_isStarted;

    public static void Add(ThreadedDriver driver)
    {
        lock (Gate)
        {
            Drivers.Add(driver);
            if (!s_isStarted)
            {
                s_isStarted = true;
                OwnThread.Run(Run);
            }
        }
    }

    public static void Remove(ThreadedDriver driver)
    {
        lock (Gate)
        {
            Drivers.Remove(driver);
        }
    }

    /// <summary>Says that a dispatch has begun. The caller's role was changed with a full fence before.</summary>
    public static void Wake()
    {
        if (Volatile.Read(ref s_isAsleep) != 0)
        {
            Wanted.Set();
        }
    }

    private static void Run()
    {
        ThreadedDriver[] drivers = [];
        int idle = IdleTicks;
        while (true)
        {
            if (idle >= IdleTicks)
            {
                Sleep();
                idle = 0;
            }

            OwnThread.Sleep(Tick);
            lock (Gate)
            {
                if (drivers.Length != Drivers.Count || !Drivers.SequenceEqual(drivers))
                {
                    drivers = [.. Drivers];
                }
            }

            bool isActive = false;
            foreach (ThreadedDriver driver in drivers)
            {
                isActive |= driver.Watch();
            }

            idle = isActive ? 0 : idle + 1;
        }
    }

    // The order matters: whoever starts to dispatch after the look below sees the flag.
    private static void Sleep()
    {
        Wanted.Reset();
        Interlocked.Exchange(ref s_isAsleep, 1);
        bool isNeeded;
        lock (Gate)
        {
            isNeeded = Drivers.Exists(static driver => driver.IsDispatching);
        }

        if (!isNeeded)
        {
            Wanted.Wait();
        }

        Volatile.Write(ref s_isAsleep, 0);
    }
}
