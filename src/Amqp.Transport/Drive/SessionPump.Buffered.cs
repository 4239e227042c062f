namespace Amqp.Transport.Drive;

// The bound on the bytes that wait for handlers and whose number the broker does not bound: messages of consumers
// without prefetch, and returned ones. Beyond it reading pauses, until half of it is free.
internal sealed partial class SessionPump
{
    private long _bufferedBytes;
    private bool _isBufferFull;

    /// <summary>Counts bytes that begin to wait. The gate is held.</summary>
    public void AddBuffered(int bytes)
    {
        if (Interlocked.Add(ref _bufferedBytes, bytes) < Limits.MaxBufferedBytes || _isBufferFull)
        {
            return;
        }

        Interlocked.Exchange(ref _isBufferFull, true); // a fence: the handlers may have freed enough meanwhile
        CountFull(1);
        CheckBuffered();
    }

    /// <summary>Counts bytes that wait no longer. Takes the gate when reading may go on.</summary>
    public void ReleaseBuffered(int bytes)
    {
        if (Interlocked.Add(ref _bufferedBytes, -bytes) <= Limits.MaxBufferedBytes / 2
            && Volatile.Read(ref _isBufferFull))
        {
            lock (Gate)
            {
                CheckBuffered();
            }
        }
    }

    private void CheckBuffered()
    {
        if (_isBufferFull && Interlocked.Read(ref _bufferedBytes) <= Limits.MaxBufferedBytes / 2)
        {
            Volatile.Write(ref _isBufferFull, false);
            CountFull(-1);
        }
    }
}
