namespace Amqp.Transport.Drive;

// Who reads. The reader runs handlers between two reads; one that takes long, or waits for an answer on its own
// connection, would stop the reading for good. The role is one number: odd while handlers run. The reader ends its
// dispatching, and the watchdog takes the reading over, by one compare-and-swap each, so that only one of them
// succeeds.
//
//   reader:   n+1 ──handlers──▶ CAS(n+1 → n+2) succeeds: read on
//                               CAS fails: another thread reads; return
//   watchdog: sees n+1 twice ─▶ CAS(n+1 → n+2) succeeds: start another reader
internal sealed partial class ThreadedDriver
{
    // For so long after a takeover handlers run on the pool, since the next one will be as slow.
    private static readonly TimeSpan SlowPeriod = TimeSpan.FromSeconds(1);

    private readonly Lock _workGate = new();
    private readonly Queue<IThreadPoolWorkItem> _work = new();
    private int _readerThread;
    private bool _isSlow;
    private long _slowSince;
    private long _role;
    private long _seenByWatchdog;

    public override void Schedule(IThreadPoolWorkItem work)
    {
        lock (_workGate)
        {
            if (_readerThread == Environment.CurrentManagedThreadId && !IsSlow())
            {
                _work.Enqueue(work);
                return;
            }
        }

        base.Schedule(work);
    }

    /// <summary>Looks whether handlers have been running since the last look. Called by the watchdog alone.</summary>
    /// <returns>Whether something happened since then.</returns>
    public bool Watch()
    {
        long role = Volatile.Read(ref _role);
        if (role != _seenByWatchdog)
        {
            _seenByWatchdog = role;
            return true;
        }

        if ((role & 1) == 0)
        {
            return false;
        }

        if (Interlocked.CompareExchange(ref _role, role + 1, role) == role)
        {
            TakeOver();
        }

        return true;
    }

    /// <summary>Whether handlers are running at the moment.</summary>
    public bool IsDispatching => (Volatile.Read(ref _role) & 1) != 0;

    private void TakeReading()
    {
        lock (_workGate)
        {
            _readerThread = Environment.CurrentManagedThreadId;
        }
    }

    // The thread will serve others. What the end made due runs on the pool.
    private void LeaveReading()
    {
        lock (_workGate)
        {
            _readerThread = 0;
            while (_work.TryDequeue(out IThreadPoolWorkItem? work))
            {
                base.Schedule(work);
            }
        }
    }

    // False when the reading was taken over meanwhile.
    private bool TryDispatch()
    {
        if (!TryTakeWork(out IThreadPoolWorkItem? work))
        {
            return true;
        }

        StartDeferring(); // before the role can be taken away: what the watchdog stops must have begun
        long role = Interlocked.Increment(ref _role);
        DispatchWatchdog.Wake();
        do
        {
            work.Execute();
            if (Volatile.Read(ref _role) != role)
            {
                return false;
            }
        }
        while (TryTakeWork(out work));

        if (Interlocked.CompareExchange(ref _role, role + 1, role) != role)
        {
            return false;
        }

        StopDeferring();
        return true;
    }

    private bool TryTakeWork([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IThreadPoolWorkItem? work)
    {
        lock (_workGate)
        {
            return _work.TryDequeue(out work);
        }
    }

    private void TakeOver()
    {
        lock (_workGate)
        {
            _readerThread = 0;
            _isSlow = true;
            _slowSince = Time.GetTimestamp();
            while (_work.TryDequeue(out IThreadPoolWorkItem? work))
            {
                base.Schedule(work);
            }
        }

        StopDeferring();
        OwnThread.Run(ReadOn);
    }

    private void ReadOn()
    {
        Log.ReadingTakenOver(Logger);
        SendAfterRead();
        ReadLoop();
    }

    private bool IsSlow()
    {
        if (_isSlow && Time.GetElapsedTime(_slowSince) > SlowPeriod)
        {
            _isSlow = false;
        }

        return _isSlow;
    }
}
