using Amqp.Engine.Events;
using Amqp.Engine.Recovery;
using Amqp.Engine.Session;

namespace Amqp.Transport.Drive;

// A connection that recovers keeps its pump, its gate and everything that counts what waits; session, output and driver
// are those of one stream. Between a loss and the end of a replay it is suspended: publishes wait as for room.
internal sealed partial class SessionPump
{
    /// <summary>Whether the connection is being made again.</summary>
    public bool IsSuspended { get; private set; }

    /// <summary>What restores the topology at the moment.</summary>
    public TopologyReplay? Replay { get; private set; }

    /// <summary>Whether something of the present session ends with it, to be continued on another.</summary>
    public bool WillRecover(SessionEnd reason) =>
        Session.State == ConnectionState.Closed && _owner.WillRecover(reason);

    /// <summary>The session has ended and another one will follow. The gate is held.</summary>
    public void Suspend()
    {
        IsSuspended = true;
        _isHeld = true;
    }

    /// <summary>Begins with another stream, whose driver is made next. The gate is held.</summary>
    public void Renew(SessionOptions options)
    {
        Output = new SlabOutput();
        Session = new AmqpSession(options, Output, _clock.Now);
        End = null;
        EndCause = null;
        BlockedReason = null;
        _repliesPending = 0;
        _owesTooMuch = false;
        _isStuck = false;
        Array.Clear(_channels);
    }

    /// <summary>Starts to restore. The gate is held.</summary>
    public void StartReplay(TopologyReplay replay, CompletionBatch batch)
    {
        Driver.UpdatePause();
        Replay = replay;
        replay.Start(Session);
        OnReplayMoved(batch);
    }

    /// <summary>All is restored: what waits goes on. The gate is held.</summary>
    public void Resume(CompletionBatch batch)
    {
        IsSuspended = false;
        _isHeld = IsBlocked;
        long before = Output.PendingBytes;
        AdmitWaiting(batch);
        CountReplies(before - Output.PendingBytes); // these are no replies to the input
    }

    private void OnReplayMoved(CompletionBatch batch)
    {
        if (Replay is { IsOver: true } replay)
        {
            Replay = null;
            _owner.OnReplayed(replay.Report, batch);
        }
    }
}
