namespace Amqp.Transport.Drive;

// The bound on output. Publishes that find no room wait in their channel's list, in order, and are encoded by whoever
// makes room: the sender, or the reader that takes confirms. Their callers are not woken in between.
internal sealed partial class SessionPump
{
    private readonly Queue<AmqpChannel> _waitingChannels = new();
    private CompletionBatch? _spareBatch;

    /// <summary>Whether publishes may be encoded: output is below its bound, which one message may exceed by its own
    /// size, and the broker reads and all is restored.</summary>
    public bool HasRoom => Output.PendingBytes < _maxPendingOutput && !_isHeld;

    public bool HasWaitingPublishes => _waitingChannels.Count > 0;

    /// <summary>Remembers a channel whose first publish has begun to wait.</summary>
    public void AddWaiting(AmqpChannel channel) => _waitingChannels.Enqueue(channel);

    /// <summary>Encodes waiting publishes while there is room, once half of it is free.</summary>
    public void AdmitWaiting(CompletionBatch batch)
    {
        if (_isHeld || Output.PendingBytes > _maxPendingOutput / 2)
        {
            return;
        }

        for (int left = _waitingChannels.Count; left > 0; left--)
        {
            AmqpChannel channel = _waitingChannels.Dequeue();
            if (channel.AdmitWaiting(batch))
            {
                channel.IsQueued = false;
            }
            else
            {
                _waitingChannels.Enqueue(channel);
            }
        }
    }

    /// <summary>Lends a batch. Thread-safe.</summary>
    public CompletionBatch RentBatch() => Interlocked.Exchange(ref _spareBatch, null) ?? new CompletionBatch();

    /// <summary>Takes a batch back after it was run. Thread-safe.</summary>
    public void ReturnBatch(CompletionBatch batch) => Interlocked.Exchange(ref _spareBatch, batch);
}
