using Amqp.Engine.Base;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// A classic queue, and what the other kinds have in common with it: ready messages in publish order, consumers in
/// rotation order. Delivery happens synchronously, inside the input that made it possible, so the same inputs give the
/// same frames.
/// </summary>
internal partial class QueueModel : ITimed
{
    private MonoTime _idleDeadline = MonoTime.Never;
    private MonoTime _headDeadline = MonoTime.Never;

    public QueueModel(VirtualHost virtualHost, string name, FieldTable arguments)
    {
        VirtualHost = virtualHost;
        Name = name;
        Arguments = arguments;
        Settings = MakeSettings();
    }

    public string Name { get; }

    public VirtualHost VirtualHost { get; }

    public FieldTable Arguments { get; }

    public virtual QueueKind Kind => QueueKind.Classic;

    public required bool IsDurable { get; init; }

    public required bool IsAutoDelete { get; init; }

    /// <summary>The connection an exclusive queue belongs to; null for a shared one.</summary>
    public required BrokerConnection? Owner { get; init; }

    public QueueSettings Settings { get; private set; }

    /// <summary>Bindings that end here, oldest first.</summary>
    public List<Binding> Incoming { get; } = [];

    public bool IsDeleted { get; private set; }

    /// <summary>Stamp of the last publish that reached the queue: one publish reaches it at most once.</summary>
    public ulong RouteStamp { get; set; }

    public MonoTime NextDeadline => IsDeleted ? MonoTime.Never
        : _idleDeadline < _headDeadline ? _idleDeadline
        : _headDeadline;

    public MonoTime ArmedFor { get; set; } = MonoTime.Never;

    protected BrokerCore Core => VirtualHost.Core;

    protected virtual ReadOnlySpan<string> PolicyTargets => s_classicTargets;

    private static readonly string[] s_classicTargets = ["queues", "classic_queues"];

    /// <summary>Makes the queue that the arguments ask for.</summary>
    public static QueueModel Create(
        VirtualHost virtualHost,
        string name,
        FieldTable arguments,
        bool isDurable,
        bool isAutoDelete,
        BrokerConnection? owner) => QueueArgumentRules.KindOf(arguments) switch
        {
            QueueKind.Quorum => new QuorumQueue(virtualHost, name, arguments)
            {
                IsDurable = isDurable,
                IsAutoDelete = isAutoDelete,
                Owner = owner,
            },
            QueueKind.Stream => new StreamQueue(virtualHost, name, arguments)
            {
                IsDurable = isDurable,
                IsAutoDelete = isAutoDelete,
                Owner = owner,
            },
            _ => new QueueModel(virtualHost, name, arguments)
            {
                IsDurable = isDurable,
                IsAutoDelete = isAutoDelete,
                Owner = owner,
            },
        };

    /// <summary>The policies changed: what they say holds from now on, for ready messages too.</summary>
    public void ApplyPolicies()
    {
        QueueSettings before = Settings;
        Settings = MakeSettings();
        if (before.Expires != Settings.Expires)
        {
            _idleDeadline = MonoTime.Never;
            Touch();
        }

        DropOverflow();
    }

    /// <summary>
    /// Somebody used the queue: a declare, a get, the last consumer's leaving. Starts the time to its end anew.
    /// </summary>
    public void Touch()
    {
        if (Settings.Expires is { } milliseconds && Consumers.Count == 0)
        {
            _idleDeadline = Core.Now + TimeSpan.FromMilliseconds(milliseconds);
            Core.Arm(this);
        }
    }

    public void Elapse()
    {
        if (IsDeleted)
        {
            return;
        }

        if (Core.Now >= _idleDeadline)
        {
            _idleDeadline = MonoTime.Never;
            if (Consumers.Count == 0)
            {
                VirtualHost.DeleteQueue(this);
                return;
            }
        }

        if (Core.Now >= _headDeadline)
        {
            DropExpired();
        }
    }

    /// <summary>The queue is gone: what it held is gone with it, what is unacknowledged will find nothing.</summary>
    public virtual void MarkDeleted()
    {
        foreach (QueueEntry entry in Ready.All())
        {
            Note(BrokerEventKind.Dropped, entry.Message, DeathReason.Deleted);
            Core.CountStored(-entry.Message.Cost);
        }

        Core.CountStored(-_unackedCost);
        _unackedCost = 0;
        IsDeleted = true;
        Core.Disarm(this);
        Ready.Clear();
        _rotation.Clear();
    }

    private QueueSettings MakeSettings() => new(
        Core.Profile,
        Kind,
        Arguments,
        VirtualHost.Policies.Match(Name, PolicyTargets, Kind),
        VirtualHost.OperatorPolicies.Match(Name, PolicyTargets, Kind));

    public void Note(BrokerEventKind kind, StoredMessage message, string? reason = null, ulong letter = 0)
    {
        if (Core.Observer is { } observer)
        {
            observer.OnEvent(new BrokerEvent(kind, message.Number, VirtualHost.Name, Name, reason, letter));
        }
    }
}
