using Amqp.Transport.Drive;

namespace Amqp.Transport.Consume;

/// <summary>Hands events to an application's handlers, in order and without loss. When many wait for a slow handler,
/// reading pauses, so that a peer cannot fill the memory with them.</summary>
internal sealed class CallbackQueue(SessionPump pump, ChannelDispatcher dispatcher)
{
    /// <summary>So many may wait before reading pauses; it goes on when half of them ran.</summary>
    public const int Capacity = 256;

    private int _waiting;
    private long _handled;
    private bool _isFull;
    private bool _isUnbounded;

    /// <summary>How many have run.</summary>
    public long Handled => Interlocked.Read(ref _handled);

    /// <summary>Adds a callback. The gate is held.</summary>
    /// <param name="callback">What to run.</param>
    /// <param name="bytes">What it keeps in memory until then.</param>
    public void Enqueue(Action callback, int bytes = 0)
    {
        pump.AddBuffered(bytes);
        if (Interlocked.Increment(ref _waiting) >= Capacity && !_isFull && !_isUnbounded)
        {
            _isFull = true;
            pump.CountFull(1);
        }

        dispatcher.Enqueue(DispatchItem.ForCallback(() => Run(callback, bytes)));
    }

    /// <summary>Withholds reading no longer: the end is near, and its reply must be read. The gate is held.</summary>
    public void Unbound()
    {
        _isUnbounded = true;
        if (_isFull)
        {
            _isFull = false;
            pump.CountFull(-1);
        }
    }

    private void Run(Action callback, int bytes)
    {
        try
        {
            callback();
        }
        finally
        {
            Interlocked.Increment(ref _handled);
            pump.ReleaseBuffered(bytes);
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
