using Amqp.Engine.Events;

namespace Amqp.Transport.Drive;

// The end: send what is left, close the stream, give everything back.
internal abstract partial class Driver
{
    // For each step of a close that only a broken pipe or stream does not finish.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private bool _tearingDown;

    /// <summary>Drops the stream without a word. Takes the gate.</summary>
    public void Abort()
    {
        var batch = new CompletionBatch();
        Pump.ReceiveEnd(this, StreamEnd.Aborted, null, batch);
        batch.Run(Logger);
        Transport.Abort();
    }

    public void BeginTearDown()
    {
        if (_tearingDown)
        {
            return;
        }

        _tearingDown = true;
        UpdatePause();
        ScheduleTearDown();
    }

    /// <summary>Has <see cref="TearDownAsync"/> run soon, outside of the gate.</summary>
    protected virtual void ScheduleTearDown() =>
        ThreadPool.UnsafeQueueUserWorkItem(static driver => _ = driver.TearDownAsync(), this, preferLocal: false);

    /// <summary>Sends what is left and closes the stream. Never fails.</summary>
    protected async Task TearDownAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        if (_pauseTimer is { } pauseTimer)
        {
            await pauseTimer.DisposeAsync().ConfigureAwait(false);
        }

        try
        {
            if (await FlushAsync().ConfigureAwait(false) && !_readEnded.Task.IsCompleted)
            {
                InterruptRead();
                await EndedWithinAsync(_readEnded.Task, Patience).ConfigureAwait(false);
            }

            if (!_readEnded.Task.IsCompleted || _sending)
            {
                Transport.Abort();
                await EndedWithinAsync(_readEnded.Task, Patience).ConfigureAwait(false);
            }

            Task dispose = DisposeAfterReadingAsync();
            await EndedWithinAsync(dispose, Patience).ConfigureAwait(false);
            if (!dispose.IsCompleted)
            {
                Transport.Abort();
                await EndedWithinAsync(dispose, Patience).ConfigureAwait(false);
            }

            // A send that was under way fails now, and gives its block back.
            await EndedWithinAsync(SendIdle(), Patience).ConfigureAwait(false);
            if (dispose.IsCompleted)
            {
                await dispose.ConfigureAwait(false);
            }
            else
            {
                Log.StreamAbandoned(Logger);
            }
        }
        catch (Exception error)
        {
            Log.CloseFailed(Logger, error);
        }

        lock (Pump.Gate)
        {
            _sendFailed = true;
            Output.Clear();
        }

        _tornDown.SetResult();
    }

    // What was read may still be in the hands of an inline handler: its memory must not go to somebody else before.
    private async Task DisposeAfterReadingAsync()
    {
        await _readEnded.Task.ConfigureAwait(false);
        await Transport.DisposeAsync().ConfigureAwait(false);
    }

    // False when the peer took too long to take it.
    private async Task<bool> FlushAsync()
    {
        SendPlan plan;
        Task idle;
        lock (Pump.Gate)
        {
            plan = Plan();
            if (!_sending)
            {
                return true;
            }

            idle = SendIdle();
        }

        Execute(plan);
        try
        {
            await idle.WaitAsync(LongestFlush(), Time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // Where the peer has had its time, or nobody listens any more, it gets no more of it.
    private TimeSpan LongestFlush() => Pump.End?.Kind switch
    {
        SessionEndKind.ClosedByApplication or SessionEndKind.ClosedByPeer or SessionEndKind.ProtocolViolation =>
            _closeTimeout,
        SessionEndKind.CloseTimeout or SessionEndKind.HeartbeatTimeout or SessionEndKind.StreamLost
            or SessionEndKind.Aborted => TimeSpan.Zero,
        _ => TimeSpan.FromMilliseconds(500),
    };

    private Task SendIdle()
    {
        lock (Pump.Gate)
        {
            if (!_sending)
            {
                return Task.CompletedTask;
            }

            _sendIdle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _sendIdle.Task;
        }
    }

    // Waits for a task, but not for long, and not for how it ended.
    private async Task EndedWithinAsync(Task task, TimeSpan limit) =>
        await task.WaitAsync(limit, Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
