using System.Globalization;
using Amqp.Engine.Base;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker.Model;

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
    MonoTime ITimed.NextDeadline => NextDeadline;

    private MonoTime NextDeadline
    {
        get
        {
            if (_phase == ConnectionPhase.Ended)
            {
                return MonoTime.Never;
            }

            MonoTime next = Earlier(_phaseDeadline, HeldConfirmDue);
            if (_heartbeat > TimeSpan.Zero && !IsFrozen
                && _phase is ConnectionPhase.Opening or ConnectionPhase.Running)
            {
                next = HasStoppedHeartbeats ? next : Earlier(next, _lastSent + (_heartbeat / 2));

                // Only an alarm stops the watch. A peer that takes no output and says nothing is lost.
                next = IsBlocked ? next : Earlier(next, _lastReceived + (_heartbeat * SilentIntervals));
            }

            return next;
        }
    }

    void ITimed.Elapse()
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

        ReleaseConfirms(all: false);
        if (_heartbeat <= TimeSpan.Zero || IsFrozen
            || _phase is not (ConnectionPhase.Opening or ConnectionPhase.Running))
        {
            return;
        }

        if (!IsBlocked && now >= _lastReceived + (_heartbeat * SilentIntervals))
        {
            IsPeerLost = true;
            End();
        }
        else if (!HasStoppedHeartbeats && now >= _lastSent + (_heartbeat / 2))
        {
            Touch();
            FrameWriter.WriteHeartbeat(_output);
        }
    }

    /// <summary>The alarms are over: reading goes on.</summary>
    internal void Unblock()
    {
        if (!IsBlocked)
        {
            return;
        }

        IsBlocked = false;
        _lastReceived = _core.Now;
        _core.Arm(this);
        _core.MarkDirty(this);
        if (_wantsBlocked)
        {
            Write(0, new ConnectionUnblocked());
        }
    }

    /// <summary>A publish met an alarm: the stream is read no further.</summary>
    private void SuspendReading()
    {
        if (IsBlocked)
        {
            return;
        }

        IsBlocked = true;
        if (_wantsBlocked)
        {
            Write(0, new ConnectionBlocked { Reason = _core.AlarmText });
        }
    }

    /// <summary>An operator closes the connection.</summary>
    internal void ForceClose(string reason)
    {
        if (_phase is ConnectionPhase.Opening or ConnectionPhase.Running)
        {
            _method = 0;
            IsBlocked = false;
            FailConnection(ReplyCode.ConnectionForced, reason);
            _core.MarkDirty(this);
        }
        else if (_phase < ConnectionPhase.Opening)
        {
            End();
        }
    }

    /// <summary>The broker cannot go on with this connection, by no fault of the client's.</summary>
    internal void FailInternally()
    {
        if (_phase is ConnectionPhase.Opening or ConnectionPhase.Running)
        {
            _method = 0;
            IsBlocked = false;
            FailConnection(ReplyCode.InternalError, "");
            _core.MarkDirty(this);
        }
    }

    /// <summary>The stream ends without a word.</summary>
    internal void Drop() => End();

    /// <summary>
    /// Closes channels whose oldest delivery has been unacknowledged for too long; true when deliveries are left that
    /// may become so.
    /// </summary>
    internal bool CloseOverdueChannels()
    {
        bool isAnyLeft = false;
        ChannelModel[] channels = [.. _channels.Values];
        foreach (ChannelModel channel in channels)
        {
            if (channel.Unacked.Count == 0)
            {
                continue;
            }

            if (_core.Now - channel.Unacked.Oldest.Since <= _core.ConsumerTimeout)
            {
                isAnyLeft = true;
                continue;
            }

            _method = 0;
            FailChannel(channel, ReplyCode.PreconditionFailed, string.Create(
                CultureInfo.InvariantCulture,
                $"delivery acknowledgement on channel {channel.Number} timed out. Timeout value used: "
                + $"{(long)_core.ConsumerTimeout.TotalMilliseconds} ms. This timeout value can be configured, "
                + $"see consumers doc guide to learn more"));
        }

        return isAnyLeft;
    }

    private void EnterPhase(ConnectionPhase phase, TimeSpan? limit)
    {
        _phase = phase;
        _phaseDeadline = limit is { } span ? _core.Now + span : MonoTime.Never;
        _core.Arm(this);
    }

    /// <summary>Notes that something is about to be written.</summary>
    private void Touch()
    {
        _lastSent = _core.Now;
        _core.MarkDirty(this);
    }

    private static MonoTime Earlier(MonoTime a, MonoTime b) => a < b ? a : b;
}
