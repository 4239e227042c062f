using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;
using Amqp.FakeBroker.Journal;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker;

/// <content>Faults that happen inside the core, and the journal.</content>
public sealed partial class BrokerCore
{
    internal FaultState Faults { get; } = new();

    internal BrokerJournal Journal { get; }

    /// <summary>
    /// Makes a fault happen that concerns the broker itself. Those of a connection's stream (cuts and freezes) and of
    /// the broker's ports are the host's: see <see cref="InMemoryBroker.Inject"/>.
    /// </summary>
    /// <param name="fault">The fault.</param>
    /// <param name="now">The time of the input.</param>
    /// <returns>False when the fault is none of the core's; nothing has happened then.</returns>
    /// <exception cref="BrokerControlException">It names something that is not there.</exception>
    public bool Inject(BrokerFault fault, MonoTime now)
    {
        ArgumentNullException.ThrowIfNull(fault);
        Advance(now);
        if (!Apply(fault))
        {
            return false;
        }

        Journal.Note(Now, JournalKind.Fault, 0, 0, fault.ToString());
        return true;
    }

    /// <summary>The connections a fault names.</summary>
    /// <exception cref="BrokerControlException">There is none with this number.</exception>
    internal BrokerConnection[] Select(ulong? number)
    {
        if (number is null)
        {
            return [.. _connections];
        }

        BrokerConnection? connection = _connections.Find(each => each.Number == number);
        return connection is null ? throw NoSuch($"connection {number}") : [connection];
    }

    private bool Apply(BrokerFault fault)
    {
        switch (fault)
        {
            case SlowConfirms slow:
                HoldConfirms(slow.Delay);
                return true;
            case StopConfirms:
                HoldConfirms(null);
                return true;
            case ResumeConfirms:
                HoldConfirms(TimeSpan.Zero);
                return true;
            case NackPublishes nack:
                Faults.Add(new PublishRule(nack.Exchange, nack.RoutingKey, nack.Count, isNack: true), isNack: true);
                return true;
            case ReturnPublishes back:
                Faults.Add(new PublishRule(back.Exchange, back.RoutingKey, back.Count, isNack: false), isNack: false);
                return true;
            case CancelConsumers cancel:
                BrokerConnection.CancelConsumers(QueueOrThrow(cancel.VirtualHost, cancel.Queue), cancel.ConsumerTag);
                return true;
            case DeleteQueue delete:
                QueueOrThrow(delete.VirtualHost, delete.Queue);
                DeleteQueue(delete.VirtualHost, delete.Queue);
                return true;
            default:
                return ApplyToConnections(fault);
        }
    }

    private bool ApplyToConnections(BrokerFault fault)
    {
        switch (fault)
        {
            case CloseConnection close:
                Array.ForEach(Select(close.Connection), each => each.ForceClose(close.Reason));
                return true;
            case StopHeartbeats stop:
                Array.ForEach(Select(stop.Connection), each => each.HasStoppedHeartbeats = true);
                return true;
            case SendBytes send:
                Array.ForEach(Select(send.Connection), each => each.WriteRaw(send.Bytes.Span));
                return true;
            case MemoryAlarm alarm:
                SetMemoryAlarm(alarm.IsOn);
                return true;
            case DiskAlarm alarm:
                SetDiskAlarm(alarm.IsOn);
                return true;
            default:
                return false;
        }
    }

    private void HoldConfirms(TimeSpan? delay)
    {
        Faults.ConfirmDelay = delay;
        if (delay is not null)
        {
            foreach (BrokerConnection connection in _connections)
            {
                connection.ReleaseConfirms(all: true);
            }
        }
    }
}
