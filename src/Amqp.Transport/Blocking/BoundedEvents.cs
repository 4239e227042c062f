using Amqp.Transport.Consume;
using Amqp.Transport.Drive;

namespace Amqp.Transport.Blocking;

/// <summary>Counts what waits for a thread that pumps and is not bounded by a prefetch: returned messages, and the
/// broker's words about being blocked. When much waits reading pauses, as for a slow handler.</summary>
internal sealed class BoundedEvents(SessionPump pump)
{
    private int _waiting;
    private bool _isFull;

    /// <summary>One more waits. The gate is not held.</summary>
    /// <param name="bytes">What it keeps in memory.</param>
    public void Add(int bytes)
    {
        lock (pump.Gate)
        {
            pump.AddBuffered(bytes);
            if (++_waiting >= CallbackQueue.Capacity && !_isFull)
            {
                _isFull = true;
                pump.CountFull(1);
            }
        }
    }

    /// <summary>It waits no longer. The gate is not held.</summary>
    public void Release(int bytes)
    {
        pump.ReleaseBuffered(bytes);
        lock (pump.Gate)
        {
            if (--_waiting <= CallbackQueue.Capacity / 2 && _isFull)
            {
                _isFull = false;
                pump.CountFull(-1);
            }
        }
    }
}
