using System.IO.Pipelines;
using System.Net.Sockets;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Hosting;

namespace Amqp.FakeBroker;

/// <summary>
/// A <see cref="BrokerCore"/> that runs: clients reach it through pipes in the process or over TCP on the loopback
/// interface. Every member is safe to call from any thread. All waiting goes through the <see cref="TimeProvider"/>
/// given.
/// </summary>
public sealed partial class InMemoryBroker : IAsyncDisposable
{
    /// <summary>The timer is never armed for longer: what is due later is looked at again.</summary>
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(12);

    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(1);

    private readonly BrokerCore _core;
    private readonly long _epoch;
    private readonly ITimer _timer;
    private readonly List<HostedConnection> _hosted = [];
    private readonly List<BrokerTcpListener> _listeners = [];
    private readonly List<BrokerConnection> _dirty = [];
    private MonoTime _armedFor = MonoTime.Never;
    private bool _isDisposed;

    /// <summary>Makes a broker that nobody is connected to yet.</summary>
    /// <param name="options">Identity, accounts and limits; null for the defaults.</param>
    /// <param name="time">The clock and its timers; null for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public InMemoryBroker(BrokerOptions? options = null, TimeProvider? time = null)
    {
        Time = time ?? TimeProvider.System;
        options ??= new BrokerOptions();
        _core = new BrokerCore(options with { Epoch = options.Epoch ?? Time.GetUtcNow() });
        _epoch = Time.GetTimestamp();
        _timer = Time.CreateTimer(
            static state => ((InMemoryBroker)state!).OnTimer(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many connections the broker serves at the moment.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (Gate)
            {
                return _core.Connections.Count;
            }
        }
    }

    internal Lock Gate { get; } = new();

    internal TimeProvider Time { get; }

    internal BrokerOptions Options => _core.Options;

    internal MonoTime Now => _frozenAt ?? new MonoTime(Time.GetElapsedTime(_epoch).Ticks) + _shift;

    /// <summary>
    /// Connects in the process. The caller speaks AMQP on the pipe and completes its output to hang up.
    /// </summary>
    /// <returns>The client's end.</returns>
    /// <exception cref="ObjectDisposedException">The broker has been disposed.</exception>
    /// <exception cref="IOException">A fault keeps the broker down.</exception>
    public IDuplexPipe Connect()
    {
        if (IsDown)
        {
            throw new IOException("the broker is down");
        }

        (IDuplexPipe brokerEnd, IDuplexPipe clientEnd) = DuplexPipe.CreatePair();
        new PipeConnection(this, brokerEnd).Start();
        return clientEnd;
    }

    /// <summary>Listens on 127.0.0.1.</summary>
    /// <param name="port">The port, 0 to 65535; 0 lets the system choose.</param>
    /// <param name="cancellationToken">Checked before the socket is opened.</param>
    /// <returns>The listener, which is ready to be connected to.</returns>
    /// <exception cref="SocketException">The port is taken.</exception>
    /// <exception cref="ObjectDisposedException">The broker has been disposed.</exception>
    public Task<BrokerTcpListener> ListenAsync(int port = 0, CancellationToken cancellationToken = default) =>
        ListenAsync(port, null, cancellationToken);

    /// <summary>Listens on 127.0.0.1, with TLS.</summary>
    /// <param name="port">The port, 0 to 65535; 0 lets the system choose.</param>
    /// <param name="tls">The certificate; null for clear text.</param>
    /// <param name="cancellationToken">Checked before the socket is opened.</param>
    /// <returns>The listener, which is ready to be connected to.</returns>
    /// <exception cref="SocketException">The port is taken.</exception>
    /// <exception cref="ObjectDisposedException">The broker has been disposed.</exception>
    public Task<BrokerTcpListener> ListenAsync(
        int port, BrokerTls? tls, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            BrokerTcpListener listener = new(this, port, tls);
            _listeners.Add(listener);
            return Task.FromResult(listener);
        }
    }

    /// <summary>Turns the memory alarm on or off; see <see cref="BrokerCore.SetMemoryAlarm"/>.</summary>
    /// <param name="isOn">The alarm's new state.</param>
    public void SetMemoryAlarm(bool isOn)
    {
        lock (Gate)
        {
            _core.Advance(Now);
            _core.SetMemoryAlarm(isOn);
        }

        Settle();
    }

    /// <summary>Ends every listener and connection and waits for their loops. What was queued is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        BrokerTcpListener[] listeners;
        HostedConnection[] hosted;
        lock (Gate)
        {
            _isDisposed = true;
            listeners = [.. _listeners];
            hosted = [.. _hosted];
        }

        foreach (BrokerTcpListener listener in listeners)
        {
            await listener.DisposeAsync().ConfigureAwait(false);
        }

        foreach (HostedConnection connection in hosted)
        {
            connection.Abort();
        }

        foreach (HostedConnection connection in hosted)
        {
            await connection.Completion.ConfigureAwait(false);
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    internal static bool IsStreamFailure(Exception e) =>
        e is IOException or SocketException or OperationCanceledException or InvalidOperationException;

    internal void Attach(HostedConnection hosted, OutputBuffer output)
    {
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            BrokerConnection connection = _core.Accept(output, Now, hosted.Ends.Name);
            hosted.Serve(connection);
            connection.Host = hosted;
            output.Connection = connection;
            _hosted.Add(hosted);
            SetNextCuts(hosted);
            Arm();
        }
    }

    internal void Detach(HostedConnection hosted)
    {
        lock (Gate)
        {
            _hosted.Remove(hosted);
        }
    }

    internal void Detach(BrokerTcpListener listener)
    {
        lock (Gate)
        {
            _listeners.Remove(listener);
        }
    }

    /// <summary>
    /// After any input, outside the lock: flushes whoever got output, and arms the timer for what is due next.
    /// </summary>
    internal void Settle()
    {
        HostedConnection? first = null;
        List<HostedConnection>? others = null;
        lock (Gate)
        {
            while (_core.DrainDirty(_dirty) > 0)
            {
                foreach (BrokerConnection connection in _dirty)
                {
                    HostedConnection hosted = (HostedConnection)connection.Host!;
                    if (!hosted.NeedsFlush())
                    {
                        continue;
                    }

                    if (first is null)
                    {
                        first = hosted;
                    }
                    else
                    {
                        (others ??= []).Add(hosted);
                    }
                }

                _dirty.Clear();
            }

            Arm();
        }

        first?.StartFlush();
        if (others is not null)
        {
            foreach (HostedConnection hosted in others)
            {
                hosted.StartFlush();
            }
        }
    }

    private void Arm()
    {
        MonoTime due = NextDue;
        if (due >= _armedFor || _isDisposed || _frozenAt is not null)
        {
            return;
        }

        _armedFor = due;
        TimeSpan wait = due - Now;
        wait = wait < s_shortestWait ? s_shortestWait : wait > s_longestWait ? s_longestWait : wait;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        lock (Gate)
        {
            _armedFor = MonoTime.Never;
            ElapseTo(Now);
            TellWaiting();
        }

        Settle();
    }
}
