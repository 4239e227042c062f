using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// A classic queue: ready messages in publish order, consumers in rotation order. A requeued message returns to its
/// original position. Delivery happens synchronously, inside the input that made it possible, so the same inputs give
/// the same frames.
/// </summary>
internal sealed class QueueModel
{
    private readonly RingBuffer<QueueEntry> _ready = new();
    private readonly List<ConsumerModel> _rotation = [];
    private ulong _nextPosition;
    private long _readyOctets;
    private bool _isDelivering;

    public required string Name { get; init; }

    public required VirtualHost VirtualHost { get; init; }

    public required bool IsDurable { get; init; }

    public required bool IsAutoDelete { get; init; }

    /// <summary>The connection an exclusive queue belongs to; null for a shared one.</summary>
    public required BrokerConnection? Owner { get; init; }

    public required QueueSettings Settings { get; init; }

    public FieldTable Arguments => Settings.Arguments;

    /// <summary>Bindings that end here, oldest first.</summary>
    public List<Binding> Incoming { get; } = [];

    /// <summary>Every consumer in registration order, those held back by a prefetch limit included.</summary>
    public List<ConsumerModel> Consumers { get; } = [];

    public bool IsDeleted { get; private set; }

    public int ReadyCount => _ready.Count;

    /// <summary>Stamp of the last publish that reached the queue: one publish reaches it at most once.</summary>
    public ulong RouteStamp { get; set; }

    /// <summary>True when publishing now would be refused (reject-publish overflow).</summary>
    public bool RefusesPublish =>
        Settings.RejectsOverflow && (_ready.Count >= Settings.MaxLength || _readyOctets >= Settings.MaxLengthBytes)
        && NextConsumer() < 0;

    public void Publish(StoredMessage message)
    {
        _ready.PushBack(new QueueEntry(_nextPosition++, message, false));
        _readyOctets += message.Body.Length;
        Deliver();
        if (Settings.HasLimit && !Settings.RejectsOverflow)
        {
            DropOverflow();
        }

        if (Settings.ExpiresAtOnce || message.Properties.Expiration is "0")
        {
            DropUndelivered(message);
        }
    }

    public bool TryGet(out QueueEntry entry)
    {
        if (_ready.Count == 0)
        {
            entry = default;
            return false;
        }

        entry = PopReady();
        return true;
    }

    /// <summary>
    /// Puts messages back at their original positions, marked as redelivered. Call <see cref="Deliver"/> afterwards.
    /// </summary>
    public void Requeue(in QueueEntry entry)
    {
        if (IsDeleted)
        {
            return;
        }

        QueueEntry again = entry with { Redelivered = true };
        int low = 0;
        int high = _ready.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_ready[middle].Position < entry.Position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        _ready.Insert(low, again);
        _readyOctets += entry.Message.Body.Length;
    }

    public int Purge()
    {
        int count = _ready.Count;
        _ready.Clear();
        _readyOctets = 0;
        return count;
    }

    public void AddConsumer(ConsumerModel consumer)
    {
        Consumers.Add(consumer);
        Enrol(consumer);
    }

    public void RemoveConsumer(ConsumerModel consumer)
    {
        Consumers.Remove(consumer);
        _rotation.Remove(consumer);
        if (consumer.IsBlocked)
        {
            consumer.Channel.Blocked.Remove(consumer);
        }
    }

    /// <summary>Takes a consumer back into the rotation, at its end.</summary>
    public void Unblock(ConsumerModel consumer)
    {
        consumer.IsBlocked = false;
        Enrol(consumer);
    }

    /// <summary>Hands ready messages to consumers with room, one each in rotation, until one side runs out.</summary>
    public void Deliver()
    {
        if (_isDelivering)
        {
            return;
        }

        _isDelivering = true;
        while (_ready.Count > 0)
        {
            int index = NextConsumer();
            if (index < 0)
            {
                break;
            }

            ConsumerModel consumer = _rotation[index];
            if (!Settings.HasSingleActiveConsumer)
            {
                MoveToBack(index);
            }

            consumer.Channel.Session.DeliverTo(consumer, PopReady());
        }

        _isDelivering = false;
    }

    public void MarkDeleted()
    {
        IsDeleted = true;
        _ready.Clear();
        _rotation.Clear();
    }

    private QueueEntry PopReady()
    {
        QueueEntry entry = _ready.PopFront();
        _readyOctets -= entry.Message.Body.Length;
        return entry;
    }

    /// <summary>
    /// Index in the rotation of the consumer to serve, or -1. A consumer found without room leaves the rotation.
    /// </summary>
    private int NextConsumer()
    {
        if (Settings.HasSingleActiveConsumer)
        {
            // The one that registered first is active; it keeps the queue even when its prefetch is used up.
            return Consumers.Count > 0 && Consumers[0].HasRoom ? _rotation.IndexOf(Consumers[0]) : -1;
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

    private void MoveToBack(int index)
    {
        if (_rotation.Count > 1)
        {
            ConsumerModel consumer = _rotation[index];
            _rotation.RemoveAt(index);
            Enrol(consumer);
        }
    }

    private void DropOverflow()
    {
        while (_ready.Count > 0 && (_ready.Count > Settings.MaxLength || _readyOctets > Settings.MaxLengthBytes))
        {
            PopReady();
        }
    }

    /// <summary>A time to live of zero: the message is gone unless a consumer took it at once.</summary>
    private void DropUndelivered(StoredMessage message)
    {
        if (_ready.Count == 1 && ReferenceEquals(_ready[0].Message, message))
        {
            PopReady();
        }
    }
}
