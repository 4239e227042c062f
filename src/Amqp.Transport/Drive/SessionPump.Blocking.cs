using Amqp.Engine.Events;

namespace Amqp.Transport.Drive;

// A broker short of memory or disk says connection.blocked and stops reading. Publishes stay here then, so that
// acknowledgements, heartbeats and closes do not queue behind them.
internal sealed partial class SessionPump
{
    private long _setAside;

    public bool IsBlocked => BlockedReason is not null;

    public string? BlockedReason { get; private set; }

    public BlockedPolicy BlockedPolicy { get; }

    /// <summary>What publishing does at the moment instead of being sent.</summary>
    public BlockedPolicy HoldPolicy =>
        IsSuspended ? _owner.WhenSuspended : IsBlocked ? BlockedPolicy : BlockedPolicy.Wait;

    /// <summary>Why a publish is refused that neither waits nor is set aside.</summary>
    public AmqpException WhyHeld() =>
        IsSuspended ? new AmqpNotReadyException() : new PublishBlockedException(BlockedReason!);

    /// <summary>Takes room for a publish that its caller does not wait for.</summary>
    public bool TrySetAside(long bytes)
    {
        if (bytes > HoldPolicy.MaxBytes - _setAside)
        {
            return false;
        }

        _setAside += bytes;
        return true;
    }

    public void TakeBack(long bytes) => _setAside -= bytes;

    private void OnBlocked(string reason, CompletionBatch batch)
    {
        BlockedReason = reason;
        _isHeld = true;
        if (BlockedPolicy.Action == BlockedAction.Fail)
        {
            foreach (AmqpChannel channel in _waitingChannels)
            {
                channel.IsQueued = false;
                channel.FailBlocked(batch);
            }

            _waitingChannels.Clear();
        }

        _owner.OnBlocked(reason, batch);
    }

    private void OnUnblocked(CompletionBatch batch)
    {
        BlockedReason = null;
        _isHeld = IsSuspended;
        long before = Output.PendingBytes;
        AdmitWaiting(batch);
        CountReplies(before - Output.PendingBytes); // these are no replies to the input
        _owner.OnUnblocked(batch);
    }
}
