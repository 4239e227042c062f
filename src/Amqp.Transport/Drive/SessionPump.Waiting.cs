namespace Amqp.Transport.Drive;

// A thread that waits for an answer cannot handle messages meanwhile. If a full buffer then withheld reading, the
// answer would never be read: so while someone waits, reading goes on, to a second bound that is there for safety.
internal sealed partial class SessionPump
{
    // Messages that may come beyond the buffers' bounds while calls wait.
    private const long MostBeyond = 1_000_000;

    // By so many times MaxBufferedBytes may be exceeded then.
    private const int MostTimes = 4;

    private int _callers;
    private long _deliveriesBefore;

    /// <summary>Whether callers always send by themselves: they block anyway, and a busy thread pool must not hold them
    /// up; or everything is to stay on one thread.</summary>
    public bool CallersSend { get; set; }

    private bool IsLifted =>
        _callers > 0
        && Deliveries - _deliveriesBefore < MostBeyond
        && Interlocked.Read(ref _bufferedBytes) < MostTimes * Limits.MaxBufferedBytes;

    /// <summary>A thread begins to wait for an answer. Takes the gate.</summary>
    public void BeginWait()
    {
        lock (Gate)
        {
            if (_callers++ == 0)
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

    private void CheckLifted()
    {
        if (_callers > 0 && _fullConsumers > 0)
        {
            Driver.UpdatePause();
        }
    }
}
