using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

// Heartbeats (AMQP 0-9-1 section 4.2.7).
//
// Sending: a tick every quarter of the interval looks whether anything was appended since the tick before, and appends
// a
// heartbeat if not. So at most half an interval passes between two frames, without a clock reading for each command,
// and
// a busy connection sends no heartbeat at all.
//
// Receiving: two intervals without one byte and the peer is taken for dead. Any byte counts, also of a frame that is
// not
// complete: a large frame that trickles in is a sign of life.
public sealed partial class AmqpSession
{
    private MonoTime _lastReceived;
    private long _leftOver;
    private bool _wroteSinceTick;
    private bool _receiveSuspended;

    private TimeSpan Interval => Tuning?.Heartbeat ?? TimeSpan.Zero;

    /// <summary>Says that the owner withholds the peer's bytes for now, so that silence proves nothing.</summary>
    public void SuspendReceiveDeadline()
    {
        _receiveSuspended = true;
        _timers.Disarm(TimerKind.HeartbeatReceive);
    }

    /// <summary>Says that the owner reads again: the peer has two whole intervals from now on.</summary>
    /// <param name="now">The present moment.</param>
    public void ResumeReceiveDeadline(MonoTime now)
    {
        Advance(now);
        _receiveSuspended = false;
        _lastReceived = _now;
        ArmReceive();
    }

    internal void EndDrain(long leftOver) => _leftOver = leftOver;

    private void NoteReceived(long length)
    {
        if (length > _leftOver)
        {
            _lastReceived = _now;
            ArmReceive();
        }
    }

    private void StartHeartbeats()
    {
        if (Interval > TimeSpan.Zero)
        {
            _timers.Arm(TimerKind.HeartbeatSend, _now + (Interval / 4));
            ArmReceive();
        }
    }

    private void ArmReceive()
    {
        if (Interval > TimeSpan.Zero && !_receiveSuspended && State != ConnectionState.Closed)
        {
            _timers.Arm(TimerKind.HeartbeatReceive, _lastReceived + (Interval * 2));
        }
    }

    private void ElapseHeartbeats()
    {
        if (_timers.IsDue(TimerKind.HeartbeatReceive, _now))
        {
            Finish(Ended(
                SessionEndKind.HeartbeatTimeout,
                $"Nothing was received for {Interval * 2} (heartbeat {Interval})."));
            return;
        }

        if (_timers.IsDue(TimerKind.HeartbeatSend, _now))
        {
            bool idle = !_wroteSinceTick;
            if (idle)
            {
                FrameWriter.WriteHeartbeat(_output);
            }

            _wroteSinceTick = idle;
            _timers.Arm(TimerKind.HeartbeatSend, _now + (Interval / 4));
        }
    }
}
