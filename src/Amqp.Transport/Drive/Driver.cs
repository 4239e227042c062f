using System.Net.Sockets;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Transport.Select;
using Microsoft.Extensions.Logging;

namespace Amqp.Transport.Drive;

/// <summary>What all drivers share: sending, the timer, pauses and the end. How bytes are waited for is what they
/// differ in.</summary>
/// <remarks><code> read → Receive → run completions → release input → send what is pending → re-arm the timer → read
/// </code></remarks>
internal abstract partial class Driver : IDriver, IThreadPoolWorkItem
{
    private readonly TimeSpan _closeTimeout;
    private readonly TaskCompletionSource _readEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _tornDown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _resume;
    private bool _hasPaused;
    private long _pausedAt;
    private TimeSpan _pausedBefore;

    protected Driver(
        SessionPump pump, TransportStream transport, AmqpConnectionOptions options, ILogger logger)
    {
        Pump = pump;
        Output = pump.Output;
        Transport = transport;
        Time = options.TimeProvider;
        Logger = logger;
        _closeTimeout = options.CloseTimeout;
        _timer = Time.CreateTimer(
            static state => ((Driver)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        pump.Driver = this;
    }

    /// <summary>Ends when the stream is closed and every block was given back. Never fails.</summary>
    public Task TornDown => _tornDown.Task;

    /// <summary>The first bytes that the peer sent, for saying what it is when it is no broker.</summary>
    public byte[] Greeting { get; protected set; } = [];

    /// <summary>Whether reading is withheld at the moment.</summary>
    public bool IsReadPaused => Volatile.Read(ref _resume) is not null;

    /// <summary>For how long reading was withheld, all pauses together.</summary>
    public TimeSpan ReadPausedTime
    {
        get
        {
            lock (Pump.Gate)
            {
                return _resume is null ? _pausedBefore : _pausedBefore + Time.GetElapsedTime(_pausedAt);
            }
        }
    }

    protected SessionPump Pump { get; }

    /// <summary>What this driver sends: the pump has another one when it has another driver.</summary>
    protected SlabOutput Output { get; }

    /// <summary>Whether the session is over, or the pump goes on with another driver, on another stream.</summary>
    protected bool IsOver => Pump.IsOver || Pump.Driver != this;

    protected TransportStream Transport { get; }

    protected TimeProvider Time { get; }

    protected ILogger Logger { get; }

    /// <summary>While reading is withheld: what ends when it may go on.</summary>
    protected Task? Pause => Volatile.Read(ref _resume)?.Task;

    /// <summary>Makes the driver that a stream wants.</summary>
    public static Driver Create(
        SessionPump pump, TransportStream transport, AmqpConnectionOptions options, ILogger logger) =>
        transport switch
        {
            { ThreadInput: { } input } => new ThreadedDriver(pump, transport, input, options, logger),
            { Loop: { } loop } => new LoopDriver(pump, transport, options, logger, loop),
            _ => new AsyncDriver(pump, transport, options, logger),
        };

    /// <summary>Sends the protocol header and starts to read.</summary>
    public void Start()
    {
        SendPlan plan;
        lock (Pump.Gate)
        {
            Pump.Session.Start(Pump.Now);
            UpdateTimer();
            plan = PlanSend();
        }

        Execute(plan);
        StartReading();
    }

    public void UpdatePause()
    {
        if (Pump.WantsPause)
        {
            if (_resume is null)
            {
                _pausedAt = Time.GetTimestamp();
                _resume = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Pump.Session.SuspendReceiveDeadline();
                WatchPause();
            }
        }
        else if (_resume is { } resume)
        {
            _pausedBefore += Time.GetElapsedTime(_pausedAt);
            _resume = null;
            _pauseTimer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Pump.Session.ResumeReceiveDeadline(Pump.Now);
            resume.SetResult();
        }
    }

    public virtual void Schedule(IThreadPoolWorkItem work) =>
        ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);

    protected abstract void StartReading();

    /// <summary>Makes a pending read end, for the stream is about to be closed.</summary>
    protected abstract void InterruptRead();

    /// <summary>Tells the engine how the stream ended.</summary>
    protected void EndReading(StreamEnd end, Exception? cause, CompletionBatch batch)
    {
        Pump.ReceiveEnd(this, end, cause, batch);
        batch.Run(Logger);
        _readEnded.SetResult();
    }

    /// <summary>Sends what a read brought forth. The reader's thread is at hand: no need to wake another one.</summary>
    protected void SendAfterRead()
    {
        SendPlan plan;
        lock (Pump.Gate)
        {
            plan = Plan();
        }

        Execute(plan == SendPlan.Queue ? SendPlan.Inline : plan);
    }

    /// <summary>Once as a warning, since it may be news; then quietly, since it may be the order of the day.</summary>
    protected void LogPause()
    {
        Log.ReadPaused(Logger, _hasPaused ? LogLevel.Debug : LogLevel.Warning);
        _hasPaused = true;
    }

    protected static StreamEnd Classify(Exception error)
    {
        SocketError? code = ((error as SocketException) ?? (error.InnerException as SocketException))?.SocketErrorCode;
        if (code is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown)
        {
            return StreamEnd.Reset;
        }

        return error is ObjectDisposedException or OperationCanceledException ? StreamEnd.Aborted : StreamEnd.Error;
    }
}
