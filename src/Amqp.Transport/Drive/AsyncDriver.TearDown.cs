using Amqp.Engine.Events;

namespace Amqp.Transport.Drive;

// The end: send what is left, close the stream, give everything back.
internal sealed partial class AsyncDriver
{
    // For each step of a close that only a broken pipe or stream does not finish.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private bool _tearingDown;

    /// <summary>Drops the stream without a word. Takes the gate.</summary>
    public void Abort()
    {
        var batch = new CompletionBatch();
        _pump.ReceiveEnd(StreamEnd.Aborted, null, batch);
        batch.Run(_logger);
        _transport.Abort();
    }

    public void BeginTearDown()
    {
        if (_tearingDown)
        {
            return;
        }

        _tearingDown = true;
        UpdatePause();
        ThreadPool.UnsafeQueueUserWorkItem(static driver => _ = driver.TearDownAsync(), this, preferLocal: false);
    }

    private async Task TearDownAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        try
        {
            if (await FlushAsync().ConfigureAwait(false))
            {
                _transport.Input.CancelPendingRead();
                await EndedWithinAsync(_readEnded.Task, Patience).ConfigureAwait(false);
            }

            if (!_readEnded.Task.IsCompleted || _sending)
            {
                _transport.Abort();
                await EndedWithinAsync(_readEnded.Task, Patience).ConfigureAwait(false);
            }

            Task dispose = DisposeAfterReadingAsync();
            await EndedWithinAsync(dispose, Patience).ConfigureAwait(false);
            if (!dispose.IsCompleted)
            {
                _transport.Abort();
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
                Log.StreamAbandoned(_logger);
            }
        }
        catch (Exception error)
        {
            Log.CloseFailed(_logger, error);
        }

        lock (_pump.Gate)
        {
            _sendFailed = true;
            _pump.Output.Clear();
        }

        _tornDown.SetResult();
    }

    // What was read may still be in the hands of an inline handler: its memory must not go to somebody else before.
    private async Task DisposeAfterReadingAsync()
    {
        await _readEnded.Task.ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    // False when the peer took too long to take it.
    private async Task<bool> FlushAsync()
    {
        SendPlan plan;
        Task idle;
        lock (_pump.Gate)
        {
            plan = PlanSend();
            if (!_sending)
            {
                return true;
            }

            idle = SendIdle();
        }

        Execute(plan);
        try
        {
            TimeSpan limit = _pump.End?.Kind is SessionEndKind.ClosedByApplication or SessionEndKind.ClosedByPeer
                or SessionEndKind.ProtocolViolation
                ? _closeTimeout
                : TimeSpan.FromMilliseconds(500);
            await idle.WaitAsync(limit, _time).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private Task SendIdle()
    {
        lock (_pump.Gate)
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
        await task.WaitAsync(limit, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
