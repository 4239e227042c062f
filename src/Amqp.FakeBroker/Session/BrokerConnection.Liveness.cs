using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker;

/// <content>Heartbeats and the deadlines of a connection's phases (AMQP 0-9-1 §4.2.7).</content>
public sealed partial class BrokerConnection
{
    /// <summary>RabbitMQ drops a peer after three silent intervals (measured).</summary>
    private const int SilentIntervals = 3;

    private MonoTime _lastReceived;
    private MonoTime _lastSent;
    private MonoTime _phaseDeadline;
    private TimeSpan _heartbeat;

    /// <summary>When this connection has something due. Never later than it is, at times earlier.</summary>
    internal MonoTime NextDeadline
    {
        get
        {
            MonoTime next = _phaseDeadline;
            if (_heartbeat > TimeSpan.Zero && _phase is ConnectionPhase.Opening or ConnectionPhase.Running)
            {
                next = Earlier(next, _lastSent + (_heartbeat / 2));
                next = IsReadSuspended ? next : Earlier(next, _lastReceived + (_heartbeat * SilentIntervals));
            }

            return next;
        }
    }

    internal void Elapse()
    {
        if (_phase == ConnectionPhase.Ended)
        {
            return;
        }

        MonoTime now = _core.Now;
        if (now >= _phaseDeadline)
        {
            End();
            return;
        }

        if (_heartbeat <= TimeSpan.Zero || _phase is not (ConnectionPhase.Opening or ConnectionPhase.Running))
        {
            return;
        }

        if (!IsReadSuspended && now >= _lastReceived + (_heartbeat * SilentIntervals))
        {
            End();
        }
        else if (now >= _lastSent + (_heartbeat / 2))
        {
            Touch();
            FrameWriter.WriteHeartbeat(_output);
        }
    }

    /// <summary>The memory alarm is over: reading goes on.</summary>
    internal void Unblock()
    {
        if (!IsReadSuspended)
        {
            return;
        }

        IsReadSuspended = false;
        _lastReceived = _core.Now;
        _core.Schedule(NextDeadline);
        _core.MarkDirty(this);
        if (_wantsBlocked)
        {
            Write(0, new ConnectionUnblocked());
        }
    }

    /// <summary>A publish met the memory alarm: the stream is read no further.</summary>
    private void SuspendReading()
    {
        IsReadSuspended = true;
        if (_wantsBlocked)
        {
            Write(0, new ConnectionBlocked { Reason = "low on memory" });
        }
    }

    private void EnterPhase(ConnectionPhase phase, TimeSpan? limit)
    {
        _phase = phase;
        _phaseDeadline = limit is { } span ? _core.Now + span : MonoTime.Never;
        _core.Schedule(NextDeadline);
    }

    /// <summary>Notes that something is about to be written.</summary>
    private void Touch()
    {
        _lastSent = _core.Now;
        _core.MarkDirty(this);
    }

    private static MonoTime Earlier(MonoTime a, MonoTime b) => a < b ? a : b;
}
