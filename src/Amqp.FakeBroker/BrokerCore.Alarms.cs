using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>
/// Alarms, which block publishers, and the settings that an operator may change while the broker runs.
/// </content>
public sealed partial class BrokerCore
{
    private bool _isMemoryAlarmSet;
    private bool _isDiskAlarmSet;
    private bool _isOverWatermark;
    private long _storedOctets;

    /// <summary>True while the memory alarm is on.</summary>
    public bool HasMemoryAlarm => _isMemoryAlarmSet || _isOverWatermark;

    /// <summary>True while the disk alarm is on.</summary>
    public bool HasDiskAlarm => _isDiskAlarmSet;

    /// <summary>
    /// Octets of the messages held in queues and unacknowledged, with what each costs beside its body.
    /// </summary>
    public long StoredOctets => _storedOctets;

    /// <summary>Largest message body in octets.</summary>
    public long MaxMessageSize { get; private set; }

    /// <summary>How long a delivery may stay unacknowledged until its channel is closed.</summary>
    public TimeSpan ConsumerTimeout { get; private set; }

    internal TimeSpan ConsumerTimeoutInterval { get; private set; }

    internal bool HasAlarm => HasMemoryAlarm || HasDiskAlarm;

    /// <summary>What connection.blocked says.</summary>
    internal string AlarmText => (HasMemoryAlarm, HasDiskAlarm) switch
    {
        (true, true) => "low on disk & memory",
        (false, true) => "low on disk",
        _ => "low on memory",
    };

    /// <summary>
    /// Turns the memory alarm on or off. While it is on, a connection that publishes is told connection.blocked (when
    /// its client has the capability) and is read no further; turning it off tells them connection.unblocked and lets
    /// reading go on.
    /// </summary>
    /// <param name="isOn">The alarm's new state.</param>
    public void SetMemoryAlarm(bool isOn)
    {
        _isMemoryAlarmSet = isOn;
        UnblockWhenClear();
    }

    /// <summary>Turns the disk alarm on or off; it acts like the memory alarm.</summary>
    /// <param name="isOn">The alarm's new state.</param>
    public void SetDiskAlarm(bool isOn)
    {
        _isDiskAlarmSet = isOn;
        UnblockWhenClear();
    }

    /// <summary>Sets the largest message body from now on.</summary>
    /// <param name="octets">0 to <see cref="Array.MaxLength"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of its range.</exception>
    public void SetMaxMessageSize(long octets)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(octets);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(octets, Array.MaxLength);
        MaxMessageSize = octets;
    }

    /// <summary>Sets how long deliveries may stay unacknowledged, those outstanding included.</summary>
    /// <param name="timeout">The longest time.</param>
    /// <param name="interval">How often it is looked at.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is not positive.</exception>
    public void SetConsumerTimeout(TimeSpan timeout, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(interval, TimeSpan.Zero);
        ConsumerTimeout = timeout;
        ConsumerTimeoutInterval = interval;
        AckSweep.Restart();
    }

    /// <summary>Counts octets that queues took or let go; beyond the watermark the alarm is on.</summary>
    internal void CountStored(long octets)
    {
        _storedOctets += octets;
        bool isOver = _storedOctets > Options.MemoryHighWatermark;
        if (isOver != _isOverWatermark)
        {
            _isOverWatermark = isOver;
            UnblockWhenClear();
        }
    }

    private void UnblockWhenClear()
    {
        if (HasAlarm)
        {
            return;
        }

        BrokerConnection[] connections = [.. _connections];
        foreach (BrokerConnection connection in connections)
        {
            connection.Unblock();
        }
    }
}
