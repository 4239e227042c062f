using Amqp.Engine.Events;

namespace Amqp.Transport;

// Callbacks: what is due waits in one queue, in the order in which it came, until a thread pumps.
public sealed partial class BlockingConnection
{
    private readonly Lock _gate = new();
    private readonly Queue<Func<bool>> _ready = new();
    private int _pumpingThread;
    private bool _isInCallback;

    /// <summary>Runs the callbacks that are due: messages for handlers, returned messages, timers, callbacks of other
    /// threads. If none is, waits for one.</summary>
    /// <param name="timeLimit">The longest wait; zero does not wait, <see langword="null"/> waits without end.</param>
    /// <returns>How many callbacks ran.</returns>
    /// <exception cref="AmqpMisuseException">Another thread pumps, or the connection has a thread of its own for
    /// this, or the wait was to be without end inside a callback.</exception>
    /// <exception cref="AmqpChannelClosedException">The broker has closed a channel; each one is told of once, unless
    /// a call on it was told before.</exception>
    /// <exception cref="AmqpConnectionClosedException">The connection is closed.</exception>
    /// <remarks>Callbacks never run inside each other: called from a callback, this only waits. What a callback throws
    /// comes out of here, and what was due behind it is due still.</remarks>
    public int ProcessEvents(TimeSpan? timeLimit = null)
    {
        ThrowIfOwnThread(nameof(ProcessEvents));
        TimeSpan limit = timeLimit ?? Timeout.InfiniteTimeSpan;
        if (IsInCallback)
        {
            if (limit < TimeSpan.Zero)
            {
                throw new AmqpMisuseException(
                    "A callback waits without end for another callback, which cannot run inside it.");
            }

            WaitOnly(static () => false, limit);
            return 0;
        }

        ThrowIfClosed();
        int ran = 0;
        RunUntil(static () => false, ref ran, limit);
        return ran;
    }

    /// <summary>Runs callbacks for as long as is said, at least.</summary>
    /// <param name="duration">How long; zero or more.</param>
    /// <exception cref="AmqpException">As for <see cref="ProcessEvents"/>.</exception>
    public void Sleep(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        if (_dispatch == BlockingDispatch.OwnThread)
        {
            _pump.Wait(static () => false, duration);
            return;
        }

        PumpUntil(static () => false, duration);
    }

    /// <summary>Has a callback run where callbacks run, behind those that are due. From any thread.</summary>
    /// <param name="callback">What to run.</param>
    /// <exception cref="AmqpException">The connection is closed.</exception>
    public void AddCallbackThreadSafe(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ThrowIfClosed();
        Enqueue(() =>
        {
            callback();
            return true;
        });
    }

    internal bool IsInCallback => _isInCallback && _pumpingThread == Environment.CurrentManagedThreadId;

    internal bool HasOwnThread => _dispatch == BlockingDispatch.OwnThread;

    /// <summary>Adds what is due; it says whether it ran anything of the application's.</summary>
    internal void Enqueue(Func<bool> callback)
    {
        lock (_gate)
        {
            _ready.Enqueue(callback);
        }

        _pump.Pulse();
    }

    internal void EnqueueBounded(Action callback, int bytes)
    {
        _bounded.Add(bytes);
        Enqueue(() =>
        {
            _bounded.Release(bytes);
            callback();
            return true;
        });
    }

    /// <summary>Waits until something is so, or a time has passed, and runs callbacks meanwhile if that is this
    /// thread's business.</summary>
    /// <returns>Whether it is so.</returns>
    internal bool PumpOrWait(Func<bool> until, TimeSpan limit) =>
        HasOwnThread ? WaitOnly(until, limit) : PumpUntil(until, limit);

    private bool PumpUntil(Func<bool> until, TimeSpan limit)
    {
        if (IsInCallback)
        {
            return WaitOnly(until, limit);
        }

        ThrowIfClosed();
        int ran = int.MinValue; // however many
        return RunUntil(until, ref ran, limit);
    }

    // Runs callbacks until the count of them is above zero, something is so, or the time has passed.
    private bool RunUntil(Func<bool> until, ref int ran, TimeSpan limit)
    {
        using var turn = new Turn(this);
        long start = _time.GetTimestamp();
        while (true)
        {
            ran += RunReady();
            if (ran > 0 || until())
            {
                return true;
            }

            if (_connection.CloseReason is not null)
            {
                ThrowIfLost();
                return false; // a callback has closed it
            }

            TimeSpan left = limit < TimeSpan.Zero ? limit : limit - _time.GetElapsedTime(start);
            if (limit >= TimeSpan.Zero && left <= TimeSpan.Zero)
            {
                return false;
            }

            WaitForReady(until, left);
        }
    }

    /// <summary>A fresh error for each caller.</summary>
    internal void ThrowIfClosed()
    {
        if (_connection.CloseReason is { } reason)
        {
            throw reason is AmqpConnectionClosedException closed
                ? Reasons.ForConnection(closed.Reason, closed.InnerException)
                : reason;
        }
    }

    // Whoever closes the connection knows it.
    internal void ThrowIfLost()
    {
        if (_connection.CloseReason is not AmqpConnectionClosedException { Initiator: CloseInitiator.Application })
        {
            ThrowIfClosed();
        }
    }

    private void ThrowIfOwnThread(string call)
    {
        if (HasOwnThread)
        {
            throw new AmqpMisuseException(
                $"{call} is for BlockingDispatch.CallersThread; here callbacks run on a thread of the connection.");
        }
    }

    private bool WaitOnly(Func<bool> until, TimeSpan limit)
    {
        _pump.Wait(() => until() || _connection.CloseReason is not null, limit);
        if (until())
        {
            return true;
        }

        ThrowIfLost();
        return false;
    }

    private void WaitForReady(Func<bool> until, TimeSpan limit)
    {
        long timers = Interlocked.Read(ref _timerOrder);
        TimeSpan untilTimer = UntilNextTimer();
        if (untilTimer >= TimeSpan.Zero && (limit < TimeSpan.Zero || untilTimer < limit))
        {
            limit = untilTimer;
        }

        _pump.Wait(
            () => HasReady()
                || until()
                || _connection.CloseReason is not null
                || Interlocked.Read(ref _timerOrder) != timers, // another thread's, which may be due before
            limit);
    }

    private bool HasReady()
    {
        lock (_gate)
        {
            return _ready.Count > 0;
        }
    }

    // What a callback adds runs in the next pass, so that a pass comes to its end.
    private int RunReady()
    {
        int ran = 0;
        int count;
        lock (_gate)
        {
            count = _ready.Count;
        }

        for (; count > 0; count--)
        {
            Func<bool>? callback;
            lock (_gate)
            {
                if (!_ready.TryDequeue(out callback))
                {
                    break;
                }
            }

            ran += Run(callback) ? 1 : 0;
        }

        return ran + RunTimers();
    }

    private bool Run(Func<bool> callback)
    {
        _isInCallback = true;
        try
        {
            return callback();
        }
        finally
        {
            _isInCallback = false;
        }
    }

    private void DispatchUntilClosed()
    {
        while (true)
        {
            try
            {
                PumpUntil(() => _connection.CloseReason is not null, Timeout.InfiniteTimeSpan);
                return;
            }
            catch (AmqpException) when (_connection.CloseReason is not null)
            {
                return;
            }
            catch (Exception error)
            {
                Log.CallbackFailed(_connection.Logger, error);
            }
        }
    }

    // One thread at a time pumps.
    private readonly ref struct Turn
    {
        private readonly BlockingConnection _owner;

        public Turn(BlockingConnection owner)
        {
            if (Interlocked.CompareExchange(ref owner._pumpingThread, Environment.CurrentManagedThreadId, 0) != 0)
            {
                throw new AmqpMisuseException("Another thread runs the callbacks of this connection at the moment.");
            }

            _owner = owner;
        }

        public void Dispose() => Volatile.Write(ref _owner._pumpingThread, 0);
    }
}
