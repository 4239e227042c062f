using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// A quorum queue as it looks from outside: every delivery is counted and limited, messages come back to another place
/// than in a classic queue, and everything is durable.
/// </summary>
internal sealed class QuorumQueue(VirtualHost virtualHost, string name, FieldTable arguments)
    : QueueModel(virtualHost, name, arguments)
{
    /// <summary>Levels of a queue that prioritises: returned messages, high priority, the rest.</summary>
    private const int ReturnedLevel = 2;

    private const int HighestOrdinaryPriority = 4;

    private static readonly string[] s_targets = ["queues", "quorum_queues"];

    private int _pendingGets;
    private ConsumerModel? _active;

    public override QueueKind Kind => QueueKind.Quorum;

    /// <summary>
    /// A basic.get that is not acknowledged is a consumer to the queue, and those that wait behind a single active one
    /// are none (measured).
    /// </summary>
    public override int ConsumerCount =>
        Settings.HasSingleActiveConsumer ? Math.Min(1, Consumers.Count) : Consumers.Count + _pendingGets;

    protected override ReadOnlySpan<string> PolicyTargets => s_targets;

    protected override int Levels => ReturnedLevel + 1;

    protected override bool TakesTurns => Core.Profile.QuorumTakesTurns;

    protected override bool AlwaysLooksForExpired => true;

    protected override bool CountsExpired => true;

    private long? Limit => (Settings.DeliveryLimit ?? Core.Profile.QuorumDeliveryLimit) is { } limit and >= 0
        ? limit
        : null;

    public override bool TryGet(bool noAck, out QueueEntry entry, out int left)
    {
        bool isFound = base.TryGet(noAck, out entry, out left);
        _pendingGets += isFound && !noAck ? 1 : 0;
        return isFound;
    }

    public override void Acknowledge(in UnackedEntry unacked)
    {
        EndGet(unacked);
        base.Acknowledge(unacked);
        HandOverWhenFree(unacked);
    }

    public override void Reject(in UnackedEntry unacked)
    {
        EndGet(unacked);
        base.Reject(unacked with { Entry = unacked.Entry with { Message = AfterFailure(unacked.Entry.Message) } });
        HandOverWhenFree(unacked);
    }

    public override void Requeue(in UnackedEntry unacked, bool isReturned)
    {
        EndGet(unacked);
        if (!Release(unacked))
        {
            return;
        }

        StoredMessage message = isReturned ? unacked.Entry.Message : AfterFailure(unacked.Entry.Message);
        bool isCounted = !isReturned || Core.Profile.ReturnsCountTowardsLimit;
        int deliveries = unacked.Entry.Deliveries + (isCounted ? 1 : 0);
        if (Limit is { } limit && deliveries > limit)
        {
            Die(message, DeathReason.DeliveryLimit);
            return;
        }

        // What comes back goes before what was never delivered, in the order of coming back; only what a client returns
        // to a queue without a limit goes to the end, so that it does not come round at once for ever.
        bool isLast = isReturned && Limit is null;
        QueueEntry entry = unacked.Entry with
        {
            Position = NextPosition(),
            Message = message,
            Deliveries = deliveries,
            Redelivered = true,
        };
        PutBack(isLast ? LevelOf(message) : ReturnedLevel, entry, isLast ? "to the end" : null);
    }

    /// <summary>
    /// The queue's own count of returns, or, before the first one, the count of failures the message came with.
    /// </summary>
    public override StoredMessage Shown(in QueueEntry entry, bool isGet)
    {
        int count = entry.Deliveries > 0 ? entry.Deliveries : entry.Message.Failures;
        return count > 0 || (isGet && Core.Profile.ShowsInitialDeliveryCount)
            ? entry.Message.WithHeader("x-delivery-count", FieldValue.Int64(count))
            : entry.Message;
    }

    protected override bool IsKnownToFail(StoredMessage message) => message.Failures > 0;

    protected override bool Survives(StoredMessage message) => true;

    protected override int LevelOf(StoredMessage message) =>
        Core.Profile.QuorumPrioritises && message.Properties.Priority > HighestOrdinaryPriority ? 1 : 0;

    /// <summary>
    /// Publishers hear of a full queue late: one message more gets in. Dead letters have no publisher to hear of it,
    /// and always do (measured).
    /// </summary>
    protected override bool Refuses(StoredMessage message) =>
        !message.IsLetter && Settings.HasLimit && Settings.Overflow != OverflowKind.DropHead
        && (Ready.Count > Settings.MaxLength || Ready.Octets > Settings.MaxLengthBytes);

    /// <summary>
    /// Where releases look at priorities, a consumer of higher priority takes over, once the active one has settled
    /// what it holds; until then neither gets anything (measured on 4.0).
    /// </summary>
    protected override ConsumerModel? ActiveConsumer()
    {
        if (!Core.Profile.PrioritisesActiveConsumer)
        {
            return Consumers.Count > 0 ? Consumers[0] : null;
        }

        ConsumerModel? highest = null;
        foreach (ConsumerModel consumer in Consumers)
        {
            highest = highest is null || consumer.Priority > highest.Priority ? consumer : highest;
        }

        if (_active is null || !Consumers.Contains(_active))
        {
            _active = highest;
        }
        else if (highest!.Priority > _active.Priority)
        {
            if (_active.Unacked > 0)
            {
                return null;
            }

            _active = highest;
        }

        return _active;
    }

    private void HandOverWhenFree(in UnackedEntry unacked)
    {
        if (Settings.HasSingleActiveConsumer && unacked.Consumer is { Unacked: 0 })
        {
            Deliver();
        }
    }

    private StoredMessage AfterFailure(StoredMessage message) =>
        Core.Profile.CarriesFailures ? message.AfterFailure() : message;

    private void EndGet(in UnackedEntry unacked) => _pendingGets -= unacked.Consumer is null ? 1 : 0;
}
