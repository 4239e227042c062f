using System.Net.Sockets;
using Amqp.Transport.Select;

namespace Amqp.Transport;

/// <summary>A loop of one thread that waits for sockets and timers and runs callbacks: what
/// <see cref="SelectConnection"/> works in. Several connections may share one. The thread is whichever calls
/// <see cref="Start"/>.</summary>
/// <remarks>A pass runs the callbacks that were there when it began, then the timers that are due, then waits for
/// sockets and calls their handlers. What a callback throws comes out of <see cref="Start"/>; everything else that was
/// due is kept, and the loop may be started again. <see cref="AddCallback"/>, <see cref="CallLater"/>,
/// <see cref="RemoveTimer"/> and <see cref="Stop"/> are thread-safe; handlers are changed in the loop, or while it does
/// not run.</remarks>
public sealed partial class IoLoop : IDisposable
{
    // A wait is no longer than this, so that a clock that was set does not hold up timers for long.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly IoPoller _poller;
    private readonly Lock _gate = new();
    private readonly Queue<Action> _callbacks = new();
    private readonly Dictionary<Socket, IoEvents> _watched = [];
    private readonly Dictionary<Socket, Action<IoEvents>> _handlers = [];
    private readonly List<(Socket Socket, IoEvents Events)> _ready = [];
    private int _thread;
    private bool _isStopped;
    private bool _isClosed;

    /// <summary>Makes a loop.</summary>
    /// <param name="time">Its clock; <see langword="null"/> for the system's.</param>
    /// <param name="poller">What it waits with, which it then owns; <see langword="null"/> for the system's
    /// sockets.</param>
    public IoLoop(TimeProvider? time = null, IoPoller? poller = null)
    {
        Clock = time ?? TimeProvider.System;
        _poller = poller ?? new SelectPoller();
        Time = new LoopTime(this);
    }

    /// <summary>The loop's clock, whose timers fire in the loop.</summary>
    public TimeProvider Time { get; }

    /// <summary>Whether the current thread is the one that runs the loop.</summary>
    public bool IsInLoop => Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId;

    internal TimeProvider Clock { get; }

    /// <summary>Runs the loop on the current thread until <see cref="Stop"/> is called. If that was called before, it
    /// returns after one pass.</summary>
    /// <exception cref="InvalidOperationException">The loop runs already, or was closed.</exception>
    public void Start()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (Interlocked.CompareExchange(ref _thread, Environment.CurrentManagedThreadId, 0) != 0)
        {
            throw new InvalidOperationException("The loop runs already.");
        }

        // What is awaited in the loop goes on in the loop, not where the caller's context would have it.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            do
            {
                RunCallbacks();
                RunTimers();
                Poll();
            }
            while (!Volatile.Read(ref _isStopped));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
            Volatile.Write(ref _isStopped, false);
            Volatile.Write(ref _thread, 0);
        }
    }

    /// <summary>Has <see cref="Start"/> return at the end of the current pass.</summary>
    public void Stop()
    {
        Volatile.Write(ref _isStopped, true);
        _poller.Wake();
    }

    /// <summary>Has a callback run in the next pass. From any thread, also before the loop runs.</summary>
    /// <param name="callback">What to run.</param>
    public void AddCallback(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        lock (_gate)
        {
            if (_isClosed)
            {
                return; // nobody would run it
            }

            _callbacks.Enqueue(callback);
        }

        if (!IsInLoop)
        {
            _poller.Wake();
        }
    }

    /// <summary>Watches a socket, which must be non-blocking.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="events">What for.</param>
    /// <param name="handler">Called when it is ready for any of it.</param>
    /// <exception cref="ArgumentException">It is watched already.</exception>
    public void AddHandler(Socket socket, IoEvents events, Action<IoEvents> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _handlers.Add(socket, handler);
        _watched[socket] = events;
    }

    /// <summary>Changes what a socket is watched for.</summary>
    /// <param name="socket">A watched socket.</param>
    /// <param name="events">What for from now on.</param>
    /// <exception cref="ArgumentException">It is not watched.</exception>
    public void UpdateHandler(Socket socket, IoEvents events)
    {
        if (!_handlers.ContainsKey(socket))
        {
            throw new ArgumentException("The socket is not watched.", nameof(socket));
        }

        _watched[socket] = events;
    }

    /// <summary>Watches a socket no longer. Before it is closed.</summary>
    /// <param name="socket">The socket.</param>
    /// <returns>Whether it was watched.</returns>
    public bool RemoveHandler(Socket socket)
    {
        _watched.Remove(socket);
        return _handlers.Remove(socket);
    }

    /// <summary>Closes the loop; callbacks and timers that are left do not run any more.</summary>
    /// <exception cref="InvalidOperationException">The loop runs.</exception>
    public void Dispose()
    {
        if (Volatile.Read(ref _thread) != 0)
        {
            throw new InvalidOperationException("The loop runs; stop it first.");
        }

        lock (_gate)
        {
            _isClosed = true;
            _callbacks.Clear();
            _timers.Clear();
        }

        _poller.Dispose();
    }

    /// <summary>Runs something in the loop: at once if this is the loop's thread.</summary>
    internal void Run(Action action)
    {
        if (IsInLoop)
        {
            action();
        }
        else
        {
            AddCallback(action);
        }
    }

    private void RunCallbacks()
    {
        int count;
        lock (_gate)
        {
            count = _callbacks.Count;
        }

        for (; count > 0; count--)
        {
            Action? callback;
            lock (_gate)
            {
                if (!_callbacks.TryDequeue(out callback))
                {
                    return;
                }
            }

            callback();
        }
    }

    private void Poll()
    {
        TimeSpan limit = UntilNextTimer();
        lock (_gate)
        {
            if (_callbacks.Count > 0 || Volatile.Read(ref _isStopped))
            {
                limit = TimeSpan.Zero;
            }
        }

        _ready.Clear();
        _poller.Poll(_watched, limit < LongestWait ? limit : LongestWait, _ready);
        foreach ((Socket socket, IoEvents events) in _ready)
        {
            // One handler may have removed, or changed its mind about, the next.
            if (_handlers.TryGetValue(socket, out Action<IoEvents>? handler)
                && (_watched[socket] & events) is var wanted and not IoEvents.None)
            {
                handler(wanted);
            }
        }
    }
}
