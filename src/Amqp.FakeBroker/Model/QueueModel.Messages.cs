using System.Globalization;
using Amqp.Engine.Base;

namespace Amqp.FakeBroker.Model;

/// <content>Messages in and out: publish, get, settle, expiry, overflow, in the order RabbitMQ does them.</content>
internal partial class QueueModel
{
    private ReadyMessages? _ready;
    private ulong _nextPosition;
    private long _unackedCost;

    public int ReadyCount => Ready.Count;

    /// <summary>Messages handed out and not settled yet.</summary>
    public int UnackedCount { get; private set; }

    /// <summary>Octets of the ready bodies.</summary>
    public long ReadyOctets => Ready.Octets;

    /// <summary>Octets of the bodies handed out and not settled yet.</summary>
    public long UnackedOctets { get; private set; }

    protected ReadyMessages Ready => _ready ??= new ReadyMessages(Levels, TakesTurns);

    /// <summary>How many levels of priority the queue tells apart.</summary>
    protected virtual int Levels => Settings.MaxPriority + 1;

    /// <summary>True when a high priority does not always go first.</summary>
    protected virtual bool TakesTurns => false;

    /// <summary>
    /// True when what expires behind a message that is got, to be acknowledged, still counts (measured).
    /// </summary>
    protected virtual bool CountsExpired => false;

    /// <summary>True when every publish looks whether the message at the head has expired.</summary>
    protected virtual bool AlwaysLooksForExpired => false;

    /// <summary>Takes a message; false when the queue refused it for being full.</summary>
    public virtual bool Publish(StoredMessage message)
    {
        if (Refuses(message))
        {
            if (Settings.Overflow == OverflowKind.RejectPublishDeadLetter)
            {
                VirtualHost.DeadLetters.Bury(message, DeathReason.MaxLength, this, wasQueued: false);
            }

            Note(BrokerEventKind.Refused, message);
            return false;
        }

        QueueEntry entry = new(_nextPosition++, message, ExpiryOf(message), 0, IsKnownToFail(message));
        CountPublish();
        Note(BrokerEventKind.Enqueued, message);
        Core.CountStored(message.Cost);
        if (Ready.Count == 0 && NextConsumer() is var index and >= 0)
        {
            Ready.PassOne();
            HandOver(index, entry);
            return true;
        }

        Ready.PushBack(LevelOf(message), entry);
        bool isDropped = DropOverflow();
        bool isAlone = Ready.Count == 1;
        if (AlwaysLooksForExpired || (isDropped ? !isAlone || entry.ExpiresAt != MonoTime.Never : isAlone))
        {
            // Only then can the message at the head be one that has to expire: RabbitMQ looks no oftener.
            DropExpired();
        }

        Deliver();
        return true;
    }

    /// <summary>Takes the message that goes next, for basic.get, and says how many are left.</summary>
    public virtual bool TryGet(bool noAck, out QueueEntry entry, out int left)
    {
        Touch();
        left = 0;
        if (Ready.Count == 0)
        {
            entry = default;
            CountEmptyGet();
            return false;
        }

        entry = Ready.PopFront();
        CountGet(noAck, entry.Redelivered);
        HandedOut(entry.Message, noAck);
        left = Ready.Count;
        DropExpired();
        left = CountsExpired && !noAck ? left : Ready.Count;
        return true;
    }

    /// <summary>A delivery was acknowledged: the message is done with.</summary>
    public virtual void Acknowledge(in UnackedEntry unacked)
    {
        if (Release(unacked))
        {
            CountAcknowledgement();
            Note(BrokerEventKind.Acknowledged, unacked.Entry.Message);
        }
    }

    /// <summary>A delivery was rejected for good: the message is dead-lettered or dropped.</summary>
    public virtual void Reject(in UnackedEntry unacked)
    {
        if (Release(unacked))
        {
            Die(unacked.Entry.Message, DeathReason.Rejected);
        }
    }

    /// <summary>
    /// Puts a message back at its original place, marked as redelivered. Call <see cref="AfterRequeue"/> afterwards.
    /// </summary>
    /// <param name="unacked">The delivery.</param>
    /// <param name="isReturned">True when the client asked for it, false when its channel ended.</param>
    public virtual void Requeue(in UnackedEntry unacked, bool isReturned)
    {
        if (Release(unacked))
        {
            PutBack(LevelOf(unacked.Entry.Message), unacked.Entry with { Redelivered = true });
        }
    }

    /// <summary>After messages came back: overflow and expiry first, then consumers.</summary>
    public void AfterRequeue()
    {
        if (!IsDeleted)
        {
            DropOverflow();
            DropExpired();
            Deliver();
        }
    }

    public virtual int Purge()
    {
        int count = Ready.Count;
        foreach (QueueEntry entry in Ready.All())
        {
            Note(BrokerEventKind.Dropped, entry.Message, DeathReason.Purged);
            Core.CountStored(-entry.Message.Cost);
        }

        Ready.Clear();
        return count;
    }

    /// <summary>Every ready message in the order of delivery; levels that take turns come one by one.</summary>
    public virtual IEnumerable<StoredMessage> Browse() => Ready.All().Select(static entry => entry.Message);

    /// <summary>The broker stops: from now on nothing is handed out, whoever comes or goes.</summary>
    public void Freeze() => _isFrozen = true;

    /// <summary>The broker starts again: what a store would have kept is there, in its order.</summary>
    public void Thaw()
    {
        _isFrozen = false;
        foreach (QueueEntry entry in Ready.RemoveAll(entry => !Survives(entry.Message) || Core.IsLost(entry.Message)))
        {
            Note(BrokerEventKind.Dropped, entry.Message, DeathReason.Transient);
            Core.CountStored(-entry.Message.Cost);
        }

        DropExpired();
        Touch();
    }

    protected virtual bool Survives(StoredMessage message) => message.IsPersistent;

    /// <summary>True when a message that is new here counts as redelivered all the same.</summary>
    protected virtual bool IsKnownToFail(StoredMessage message) => false;

    protected virtual int LevelOf(StoredMessage message) =>
        Settings.MaxPriority == 0 ? 0 : Math.Min(message.Properties.Priority ?? 0, Settings.MaxPriority);

    /// <summary>True when one message more would be too many and the queue refuses instead of dropping.</summary>
    protected virtual bool Refuses(StoredMessage message) =>
        Settings.HasLimit && Settings.Overflow != OverflowKind.DropHead
        && (Ready.Count + 1 > Settings.MaxLength || Ready.Octets + message.Body.Length > Settings.MaxLengthBytes);

    /// <summary>Drops from the head while the queue is too long; true when something was dropped.</summary>
    protected bool DropOverflow()
    {
        if (!Settings.HasLimit || Settings.Overflow != OverflowKind.DropHead)
        {
            return false;
        }

        bool isDropped = false;
        while (Ready.Count > 0 && (Ready.Count > Settings.MaxLength || Ready.Octets > Settings.MaxLengthBytes))
        {
            Drop(Ready.PopFront(), DeathReason.MaxLength);
            isDropped = true;
        }

        return isDropped;
    }

    /// <summary>Drops what has expired at the head, and only there; then waits for the next head to expire.</summary>
    protected void DropExpired()
    {
        _headDeadline = MonoTime.Never;
        while (Ready.Count > 0)
        {
            MonoTime expiresAt = Ready.Peek().ExpiresAt;
            if (expiresAt > Core.Now)
            {
                if (expiresAt != MonoTime.Never)
                {
                    _headDeadline = expiresAt;
                    Core.Arm(this);
                }

                break;
            }

            Drop(Ready.PopFront(), DeathReason.Expired);
        }
    }

    /// <summary>A message leaves unacknowledged from among the ready ones.</summary>
    protected void Drop(in QueueEntry entry, string reason)
    {
        Core.CountStored(-entry.Message.Cost);
        Die(entry.Message, reason);
    }

    /// <summary>Dead-letters a message, or drops it where the queue has no dead-letter exchange.</summary>
    protected void Die(StoredMessage message, string reason)
    {
        if (!VirtualHost.DeadLetters.Bury(message, reason, this, wasQueued: true))
        {
            Note(BrokerEventKind.Dropped, message, reason);
        }
    }

    /// <summary>Counts a message that leaves the ready ones for a client.</summary>
    protected void HandedOut(StoredMessage message, bool noAck)
    {
        Note(BrokerEventKind.Delivered, message);
        if (noAck)
        {
            Note(BrokerEventKind.Acknowledged, message);
            Core.CountStored(-message.Cost);
        }
        else
        {
            UnackedCount++;
            _unackedCost += message.Cost;
            UnackedOctets += message.Body.Length;
        }
    }

    /// <summary>Counts a message that is no longer unacknowledged; false when the queue is gone.</summary>
    protected bool Release(in UnackedEntry unacked)
    {
        if (IsDeleted)
        {
            return false;
        }

        UnackedCount--;
        _unackedCost -= unacked.Entry.Message.Cost;
        UnackedOctets -= unacked.Entry.Message.Body.Length;
        Core.CountStored(-unacked.Entry.Message.Cost);
        return true;
    }

    protected void PutBack(int level, in QueueEntry entry, string? note = null)
    {
        Core.CountStored(entry.Message.Cost);
        Note(BrokerEventKind.Requeued, entry.Message, note);
        Ready.Insert(level, entry);
    }

    protected ulong NextPosition() => _nextPosition++;

    /// <summary>The lower of the queue's and the message's own time to live.</summary>
    protected MonoTime ExpiryOf(StoredMessage message)
    {
        long? life = Settings.TimeToLive;
        if (message.Properties.Expiration is { } text
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long own)
            && (life is null || own < life))
        {
            life = own;
        }

        return life is { } milliseconds ? Core.Now + TimeSpan.FromMilliseconds(milliseconds) : MonoTime.Never;
    }
}
