namespace Amqp.Transport.Drive;

// Sending. One sender at a time, marked by _sending. A command that finds nobody sending, and the line idle for a
// while, sends from its own thread: a lone publish leaves at once. On a busy line the pool sends, and what is written
// meanwhile gathers for the next send; there is no timer. A caller that sends does so once, then hands over to the
// pool.
internal sealed partial class AsyncDriver
{
    // How long the line must have been idle for a caller to send by itself. Below this, another message is likely to
    // follow soon enough to share a send.
    private static readonly TimeSpan IdleLine = TimeSpan.FromMicroseconds(30);

    // A pipe is flushed after this many blocks at the latest.
    private const int BlocksPerFlush = 16;

    private bool _sending;
    private bool _sendFailed;
    private bool _sentBefore;
    private long _lastSendEnd;
    private int _batchThread;
    private int _blocksSinceFlush;
    private Slab _inHand;
    private bool _moreInHand;
    private TaskCompletionSource? _sendIdle;

    public SendPlan PlanSend()
    {
        if (_sending || !_pump.Output.HasOutput)
        {
            return SendPlan.None;
        }

        if (_batchThread != 0 && _batchThread == Environment.CurrentManagedThreadId)
        {
            return SendPlan.None;
        }

        if (_sendFailed)
        {
            _pump.Output.Clear();
            return SendPlan.None;
        }

        _sending = true;
        TakeNext();
        return !_sentBefore || _time.GetElapsedTime(_lastSendEnd) >= IdleLine ? SendPlan.Inline : SendPlan.Queue;
    }

    public void Execute(SendPlan plan)
    {
        switch (plan)
        {
            case SendPlan.Inline:
                SendOnce();
                break;
            case SendPlan.Queue:
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                break;
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAllAsync();

    private void SendOnce()
    {
        ValueTask write;
        try
        {
            write = _transport.Output.WriteAsync(_inHand.Memory, _moreInHand);
        }
        catch (Exception error)
        {
            OnSendFailed(error);
            return;
        }

        if (!write.IsCompletedSuccessfully)
        {
            _ = FinishAsync(write);
            return;
        }

        write.GetAwaiter().GetResult();
        if (AfterSend())
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private async Task FinishAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            OnSendFailed(error);
            return;
        }

        if (AfterSend())
        {
            await SendAllAsync().ConfigureAwait(false);
        }
    }

    // A block is in hand when this starts.
    private async Task SendAllAsync()
    {
        try
        {
            do
            {
                await _transport.Output.WriteAsync(_inHand.Memory, _moreInHand).ConfigureAwait(false);
            }
            while (AfterSend());
        }
        catch (Exception error)
        {
            OnSendFailed(error);
        }
    }

    // Gives the block back, lets waiting publishes in and takes the next block. False when the line is idle now.
    private bool AfterSend()
    {
        CompletionBatch? batch = null;
        bool more;
        lock (_pump.Gate)
        {
            _pump.Output.Release(_inHand);
            _inHand = default;
            if (_pump.HasWaitingPublishes)
            {
                batch = _pump.RentBatch();
                _pump.AdmitWaiting(batch);
            }

            if (_sendFailed)
            {
                _pump.Output.Clear(); // the stream was closed meanwhile
            }

            _pump.CheckReplies();
            more = TakeNext();
            if (!more)
            {
                GoIdle();
            }
        }

        if (batch is not null)
        {
            batch.Run(_logger);
            _pump.ReturnBatch(batch);
        }

        return more;
    }

    private bool TakeNext()
    {
        if (!_pump.Output.TryTake(out _inHand))
        {
            return false;
        }

        _moreInHand = _pump.Output.HasOutput && ++_blocksSinceFlush < BlocksPerFlush;
        if (!_moreInHand)
        {
            _blocksSinceFlush = 0;
        }

        return true;
    }

    private void GoIdle()
    {
        _sending = false;
        _sentBefore = true;
        _lastSendEnd = _time.GetTimestamp();
        _sendIdle?.TrySetResult();
    }

    // The broker may have said why before it closed: reading goes on for a moment and tells the engine.
    private void OnSendFailed(Exception error)
    {
        lock (_pump.Gate)
        {
            _sendFailed = true;
            _pump.EndCause ??= error;
            _pump.Output.Release(_inHand);
            _inHand = default;
            _pump.Output.Clear();
            _pump.CheckReplies();
            GoIdle();
        }

        _ = EndAfterSendFailureAsync(error);
    }

    private async Task EndAfterSendFailureAsync(Exception error)
    {
        try
        {
            await _readEnded.Task.WaitAsync(TimeSpan.FromSeconds(1), _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var batch = new CompletionBatch();
            _pump.ReceiveEnd(Classify(error), error, batch);
            batch.Run(_logger);
        }
    }
}
