using Amqp.Transport.Drive;

namespace Amqp.Transport.Consume;

/// <summary>Hands events to an application's handlers, in order and without loss. When many wait for a slow handler,
/// reading pauses, so that a peer cannot fill the memory with them.</summary>
internal sealed class CallbackQueue(SessionPump pump, ChannelDispatcher dispatcher)
{
    /// <summary>So many may wait before reading pauses; it goes on when half of them ran.</summary>
    public const int Capacity = 256;

    private int _waiting;
    private bool _isFull;

    /// <summary>Adds a callback. The gate is held.</summary>
    public void Enqueue(Action callback)
    {
        if (Interlocked.Increment(ref _waiting) >= Capacity && !_isFull)
        {
            _isFull = true;
            pump.CountFull(1);
        }

        dispatcher.Enqueue(DispatchItem.ForCallback(() => Run(callback)));
    }

    private void Run(Action callback)
    {
        try
        {
            callback();
        }
        finally
        {
            if (Interlocked.Decrement(ref _waiting) == Capacity / 2)
            {
                lock (pump.Gate)
                {
                    Release();
                }
            }
        }
    }

    private void Release()
    {
        if (_isFull && Volatile.Read(ref _waiting) <= Capacity / 2)
        {
            _isFull = false;
            pump.CountFull(-1);
        }
    }
}
