namespace Amqp.Transport.Drive;

// A thread that waits for an answer cannot handle messages meanwhile. If a full buffer then withheld reading, the
// answer would never be read: so while someone waits, reading goes on, to a second bound that is there for safety.
// Nobody can see that a handler waits; it is taken to wait when reading has been withheld for a while, an answer is
// due, and no handler has ended meanwhile. Reading then goes on until the buffers are empty enough again.
internal sealed partial class SessionPump
{
    // Messages that may come beyond the buffers' bounds while calls wait.
    private const long MostBeyond = 1_000_000;

    // By so many times MaxBufferedBytes may be exceeded then.
    private const int MostTimes = 4;

    private int _callers;
    private long _deliveriesBefore;
    private bool _isStuck;
    private long _handledBefore;

    /// <summary>Whether callers always send by themselves: they block anyway, and a busy thread pool must not hold them
    /// up; or everything is to stay on one thread.</summary>
    public bool CallersSend { get; set; }

    private bool IsLifted =>
        (_callers > 0 || _isStuck)
        && Deliveries - _deliveriesBefore < MostBeyond
        && Interlocked.Read(ref _bufferedBytes) < MostTimes * Limits.MaxBufferedBytes;

    /// <summary>A thread begins to wait for an answer. Takes the gate.</summary>
    public void BeginWait()
    {
        lock (Gate)
        {
            if (_callers++ == 0 && !_isStuck)
            {
                _deliveriesBefore = Deliveries;
                Driver.UpdatePause();
            }
        }
    }

    /// <summary>It waits no longer. Takes the gate.</summary>
    public void EndWait()
    {
        lock (Gate)
        {
            if (--_callers == 0)
            {
                Driver.UpdatePause();
            }
        }
    }

    /// <summary>Reading begins to be withheld. The gate is held.</summary>
    public void BeginPause() => _handledBefore = -1;

    /// <summary>Looks whether handlers wait for an answer that cannot be read. Called at intervals while reading is
    /// withheld. The gate is held.</summary>
    /// <returns>Whether reading goes on because of that.</returns>
    public bool CheckStuck()
    {
        long handled = 0;
        bool isDue = HasCalls;
        foreach (AmqpChannel? channel in _channels)
        {
            handled += channel?.HandledCount ?? 0;
            isDue |= channel is { UnsettledPublishes: > 0 };
        }

        bool isNew = isDue && handled == _handledBefore && !_isStuck && _fullConsumers > 0;
        _handledBefore = handled;
        if (isNew)
        {
            _isStuck = true;
            if (_callers == 0)
            {
                _deliveriesBefore = Deliveries;
            }

            Driver.UpdatePause();
        }

        return isNew;
    }

    private void CheckLifted()
    {
        if ((_callers > 0 || _isStuck) && _fullConsumers > 0)
        {
            Driver.UpdatePause();
        }
    }
}
