namespace Amqp.FakeBroker.Model;

/// <content>Consumers: who is served next, prefetch limits, priorities, the single active one.</content>
internal partial class QueueModel
{
    private readonly List<ConsumerModel> _rotation = [];
    private ConsumerModel? _active;
    private bool _isDelivering;
    private bool _isFrozen;

    /// <summary>Every consumer in registration order, those held back by a prefetch limit included.</summary>
    public List<ConsumerModel> Consumers { get; } = [];

    /// <summary>What clients and operators are told; quorum queues count a pending basic.get as one.</summary>
    public virtual int ConsumerCount => Consumers.Count;

    public void AddConsumer(ConsumerModel consumer)
    {
        Consumers.Add(consumer);
        _active ??= consumer;
        Enrol(consumer);
    }

    /// <summary>Takes a consumer away; its unsettled deliveries stay with its channel.</summary>
    public void RemoveConsumer(ConsumerModel consumer)
    {
        Consumers.Remove(consumer);
        _rotation.Remove(consumer);
        if (ReferenceEquals(_active, consumer))
        {
            // The first one becomes active without regard to priorities; they only choose who follows it.
            _active = Consumers.MaxBy(static each => each.Priority);
        }

        if (consumer.IsBlocked)
        {
            consumer.Channel.Blocked.Remove(consumer);
        }

        Touch();
    }

    /// <summary>Takes a consumer back into the rotation, at its end.</summary>
    public void Unblock(ConsumerModel consumer)
    {
        consumer.IsBlocked = false;
        Enrol(consumer);
    }

    /// <summary>Hands ready messages to consumers with room, one each in rotation, until one side runs out.</summary>
    public virtual void Deliver()
    {
        if (_isDelivering)
        {
            return;
        }

        _isDelivering = true;
        try
        {
            while (Ready.Count > 0)
            {
                int index = NextConsumer();
                if (index < 0)
                {
                    break;
                }

                QueueEntry entry = Ready.PopFront();
                HandOver(index, entry);
                DropExpired();
            }
        }
        finally
        {
            _isDelivering = false;
        }
    }

    /// <summary>What a consumer is shown of a message.</summary>
    public virtual StoredMessage Shown(in QueueEntry entry, bool isGet) => entry.Message;

    /// <summary>
    /// True when no consumer ever leaves the rotation, so that room in its prefetch has to be looked for each time.
    /// </summary>
    public virtual bool KeepsConsumers => Settings.HasSingleActiveConsumer;

    /// <summary>True for the consumer that gets the messages of a queue with a single active consumer.</summary>
    public bool IsActive(ConsumerModel consumer) =>
        !Settings.HasSingleActiveConsumer || ReferenceEquals(consumer, ActiveConsumer());

    /// <summary>
    /// The single active consumer: the one that registered first, and when it has left the one of highest priority, the
    /// earliest of several.
    /// </summary>
    protected virtual ConsumerModel? ActiveConsumer() => _active;

    private void HandOver(int index, in QueueEntry entry)
    {
        ConsumerModel consumer = _rotation[index];
        if (!Settings.HasSingleActiveConsumer && _rotation.Count > 1)
        {
            _rotation.RemoveAt(index);
            Enrol(consumer);
        }

        HandedOut(entry.Message, consumer.NoAck);
        CountDelivery(consumer.NoAck, entry.Redelivered);
        consumer.Channel.Session.DeliverTo(consumer, entry, Shown(entry, isGet: false));
    }

    /// <summary>
    /// Index in the rotation of the consumer to serve, or -1. A consumer found without room leaves the rotation.
    /// </summary>
    private int NextConsumer()
    {
        if (_isFrozen)
        {
            return -1;
        }

        if (Settings.HasSingleActiveConsumer)
        {
            // It keeps the queue even when its prefetch is used up.
            return ActiveConsumer() is { HasRoom: true } active ? _rotation.IndexOf(active) : -1;
        }

        while (_rotation.Count > 0)
        {
            if (_rotation[0].HasRoom)
            {
                return 0;
            }

            ConsumerModel blocked = _rotation[0];
            blocked.IsBlocked = true;
            blocked.Channel.Blocked.Add(blocked);
            _rotation.RemoveAt(0);
        }

        return -1;
    }

    private void Enrol(ConsumerModel consumer)
    {
        int index = _rotation.Count;
        while (!Settings.HasSingleActiveConsumer && index > 0 && _rotation[index - 1].Priority < consumer.Priority)
        {
            index--;
        }

        _rotation.Insert(index, consumer);
    }
}
