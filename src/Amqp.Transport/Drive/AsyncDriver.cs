using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Microsoft.Extensions.Logging;

namespace Amqp.Transport.Drive;

/// <summary>Drives a pump over any transport with <c>await</c>: one read loop, one sender at a time, one
/// timer.</summary>
/// <remarks><code>
/// read → Receive → run completions → release input → send what is pending → re-arm the timer → read
/// </code></remarks>
internal sealed partial class AsyncDriver : IDriver, IThreadPoolWorkItem
{
    private readonly SessionPump _pump;
    private readonly TransportStream _transport;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _closeTimeout;
    private readonly CompletionBatch _readBatch = new();
    private readonly TaskCompletionSource _readEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _tornDown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _resume;
    private bool _hasPaused;
    private long _pausedAt;
    private TimeSpan _pausedBefore;

    public AsyncDriver(
        SessionPump pump, TransportStream transport, TimeProvider time, ILogger logger, TimeSpan closeTimeout)
    {
        _pump = pump;
        _transport = transport;
        _time = time;
        _logger = logger;
        _closeTimeout = closeTimeout;
        _timer = time.CreateTimer(
            static state => ((AsyncDriver)state!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        pump.Driver = this;
    }

    /// <summary>Ends when the stream is closed and every block was given back. Never fails.</summary>
    public Task TornDown => _tornDown.Task;

    /// <summary>The first bytes that the peer sent, for saying what it is when it is no broker.</summary>
    public byte[] Greeting { get; private set; } = [];

    /// <summary>Whether reading is withheld at the moment.</summary>
    public bool IsReadPaused => Volatile.Read(ref _resume) is not null;

    /// <summary>For how long reading was withheld, all pauses together.</summary>
    public TimeSpan ReadPausedTime
    {
        get
        {
            lock (_pump.Gate)
            {
                return _resume is null ? _pausedBefore : _pausedBefore + _time.GetElapsedTime(_pausedAt);
            }
        }
    }

    /// <summary>Sends the protocol header and starts to read.</summary>
    public void Start()
    {
        SendPlan plan;
        lock (_pump.Gate)
        {
            _pump.Session.Start(_pump.Now);
            UpdateTimer();
            plan = PlanSend();
        }

        Execute(plan);
        _ = ReadLoopAsync();
    }

    public void UpdatePause()
    {
        if (_pump.WantsPause)
        {
            if (_resume is null)
            {
                _pausedAt = _time.GetTimestamp();
                _resume = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _pump.Session.SuspendReceiveDeadline();
            }
        }
        else if (_resume is { } resume)
        {
            _pausedBefore += _time.GetElapsedTime(_pausedAt);
            _resume = null;
            _pump.Session.ResumeReceiveDeadline(_pump.Now);
            resume.SetResult();
        }
    }

    private async Task ReadLoopAsync()
    {
        PipeReader reader = _transport.Input;
        StreamEnd end = StreamEnd.Fin;
        Exception? cause = null;
        try
        {
            while (!_pump.IsOver)
            {
                while (Volatile.Read(ref _resume) is { } resume)
                {
                    LogPause();
                    await resume.Task.ConfigureAwait(false);
                    Log.ReadResumed(_logger);
                }

                ReadResult result = await reader.ReadAsync().ConfigureAwait(false);
                OnRead(reader, result.Buffer);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception error)
        {
            cause = error;
            end = Classify(error);
        }

        _pump.ReceiveEnd(end, cause, _readBatch);
        _readBatch.Run(_logger);
        _readEnded.SetResult();
    }

    private void OnRead(PipeReader reader, ReadOnlySequence<byte> buffer)
    {
        if (Greeting.Length < 8 && !buffer.IsEmpty)
        {
            Greeting = buffer.Slice(0, Math.Min(8, buffer.Length)).ToArray();
        }

        _pump.Receive(in buffer, _readBatch, out SequencePosition consumed, out SequencePosition examined);
        if (_readBatch.HasInline)
        {
            // What inline handlers acknowledge and publish leaves in one send, behind the last of them.
            _batchThread = Environment.CurrentManagedThreadId;
        }

        _readBatch.Run(_logger);
        _batchThread = 0;
        reader.AdvanceTo(consumed, examined);
        SendPlan plan;
        lock (_pump.Gate)
        {
            plan = PlanSend();
        }

        // The reader is on the pool already: no need to wake another worker for its replies.
        Execute(plan == SendPlan.Queue ? SendPlan.Inline : plan);
    }

    // Once as a warning, since it may be news; then quietly, since it may be the order of the day.
    private void LogPause()
    {
        Log.ReadPaused(_logger, _hasPaused ? LogLevel.Debug : LogLevel.Warning);
        _hasPaused = true;
    }

    private static StreamEnd Classify(Exception error)
    {
        SocketError? code = ((error as SocketException) ?? (error.InnerException as SocketException))?.SocketErrorCode;
        if (code is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown)
        {
            return StreamEnd.Reset;
        }

        return error is ObjectDisposedException or OperationCanceledException ? StreamEnd.Aborted : StreamEnd.Error;
    }
}
