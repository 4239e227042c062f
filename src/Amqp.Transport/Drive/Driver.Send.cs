namespace Amqp.Transport.Drive;

// Sending. One sender at a time, marked by _sending. A command that finds nobody sending, and the line idle for a
// while, sends from its own thread: a lone publish leaves at once. On a busy line the pool sends, and what is written
// meanwhile gathers for the next send; there is no timer. A caller that sends does so once, then hands over to the
// pool.
internal abstract partial class Driver
{
    // How long the line must have been idle for a caller to send by itself. Below this, another message is likely to
    // follow soon enough to share a send.
    private static readonly TimeSpan IdleLine = TimeSpan.FromMicroseconds(30);

    // A pipe is flushed after this many blocks at the latest.
    private const int BlocksPerFlush = 16;

    // For so long after the first handler began, what handlers on the reader's thread acknowledge waits for company: it
    // leaves behind the last of them, or when one takes long enough for the reading to be taken over.
    private static readonly TimeSpan LongestDeferral = TimeSpan.FromMicroseconds(200);

    private bool _hasSpoken;
    private bool _sending;
    private bool _sendFailed;
    private bool _sentBefore;
    private long _lastSendEnd;
    private int _batchThread;
    private int _dispatchThread;
    private bool _sentInDispatch;
    private long _dispatchedAt;
    private int _blocksSinceFlush;
    private Slab _inHand;
    private bool _moreInHand;
    private TaskCompletionSource? _sendIdle;

    public SendPlan PlanSend()
    {
        _hasSpoken = true;
        return Plan();
    }

    private SendPlan Plan()
    {
        if (_sending || !Output.HasOutput)
        {
            return SendPlan.None;
        }

        if (_batchThread != 0 && _batchThread == Environment.CurrentManagedThreadId)
        {
            return SendPlan.None;
        }

        return PlanNow();
    }

    public SendPlan PlanSettlement() =>
        _dispatchThread != 0 && _dispatchThread == Environment.CurrentManagedThreadId
            && Time.GetElapsedTime(_dispatchedAt) < LongestDeferral
            ? SendPlan.None
            : Plan();

    /// <summary>Runs what a read made due; what inline handlers acknowledge and publish leaves in one send, behind the
    /// last of them.</summary>
    protected void RunBatch(CompletionBatch batch)
    {
        if (batch.HasInline)
        {
            _batchThread = Environment.CurrentManagedThreadId;
        }

        batch.Run(Logger);
        _batchThread = 0;
    }

    /// <summary>Settlements made on the current thread wait for each other from now on.</summary>
    protected void StartDeferring()
    {
        _dispatchedAt = Time.GetTimestamp();
        _sentInDispatch = false;
        _dispatchThread = Environment.CurrentManagedThreadId;
    }

    /// <summary>No settlement waits any more; those that did are to be sent. Takes the gate.</summary>
    protected void StopDeferring()
    {
        lock (Pump.Gate)
        {
            _dispatchThread = 0;
        }
    }

    /// <summary>Whether anything but settlements was sent since the last look, or a call is pending. Takes the
    /// gate.</summary>
    protected bool TakeHasSpoken()
    {
        lock (Pump.Gate)
        {
            bool hasSpoken = _hasSpoken || Pump.HasCalls;
            _hasSpoken = false;
            return hasSpoken;
        }
    }

    private SendPlan PlanNow()
    {
        if (_sendFailed)
        {
            Output.Clear();
            return SendPlan.None;
        }

        _sending = true;
        TakeNext();
        return Pump.CallersSend || !_sentBefore || IsFirstOfDispatch() || Time.GetElapsedTime(_lastSendEnd) >= IdleLine
            ? SendPlan.Inline
            : SendPlan.Queue;
    }

    // The first thing that handlers on the reader's thread send after a read leaves at once, however short ago the line
    // was busy: in a conversation that is all there is, and another thread would only be woken for it.
    private bool IsFirstOfDispatch()
    {
        if (_dispatchThread == 0 || _dispatchThread != Environment.CurrentManagedThreadId || _sentInDispatch)
        {
            return false;
        }

        _sentInDispatch = true;
        return true;
    }

    public void Execute(SendPlan plan)
    {
        switch (plan)
        {
            case SendPlan.Inline:
                SendOnce();
                break;
            case SendPlan.Queue:
                ScheduleSend();
                break;
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAllAsync();

    private void SendOnce()
    {
        ValueTask write;
        try
        {
            write = Transport.Output.WriteAsync(_inHand.Memory, _moreInHand);
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
            ScheduleSend();
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

    /// <summary>Has <see cref="SendAllAsync"/> run soon.</summary>
    protected virtual void ScheduleSend() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Sends until the line is idle. A block is in hand when this starts.</summary>
    protected async Task SendAllAsync()
    {
        try
        {
            do
            {
                await Transport.Output.WriteAsync(_inHand.Memory, _moreInHand).ConfigureAwait(false);
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
        lock (Pump.Gate)
        {
            Output.Release(_inHand);
            _inHand = default;
            if (Pump.HasWaitingPublishes && Pump.Driver == this)
            {
                batch = Pump.RentBatch();
                Pump.AdmitWaiting(batch);
            }

            if (_sendFailed)
            {
                Output.Clear(); // the stream was closed meanwhile
            }

            Pump.CheckReplies();
            more = TakeNext();
            if (!more)
            {
                GoIdle();
            }
        }

        if (batch is not null)
        {
            batch.Run(Logger);
            Pump.ReturnBatch(batch);
        }

        return more;
    }

    private bool TakeNext()
    {
        if (!Output.TryTake(out _inHand))
        {
            return false;
        }

        _moreInHand = Output.HasOutput && ++_blocksSinceFlush < BlocksPerFlush;
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
        _lastSendEnd = Time.GetTimestamp();
        _dispatchedAt = _lastSendEnd;
        _sendIdle?.TrySetResult();
    }

    // The broker may have said why before it closed: reading goes on for a moment and tells the engine.
    private void OnSendFailed(Exception error)
    {
        lock (Pump.Gate)
        {
            _sendFailed = true;
            if (Pump.Driver == this)
            {
                Pump.EndCause ??= error;
            }

            Output.Release(_inHand);
            _inHand = default;
            Output.Clear();
            Pump.CheckReplies();
            GoIdle();
        }

        _ = EndAfterSendFailureAsync(error);
    }

    private async Task EndAfterSendFailureAsync(Exception error)
    {
        try
        {
            await _readEnded.Task.WaitAsync(TimeSpan.FromSeconds(1), Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            var batch = new CompletionBatch();
            Pump.ReceiveEnd(this, Classify(error), error, batch);
            batch.Run(Logger);
        }
    }
}
