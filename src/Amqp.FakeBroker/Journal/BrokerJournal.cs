using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Model;

namespace Amqp.FakeBroker.Journal;

/// <summary>
/// What happened, bounded in entries and in octets: the oldest go first. Guarded by the owner of the core.
/// </summary>
internal sealed class BrokerJournal
{
    private readonly RingBuffer<JournalEntry> _entries = new();
    private readonly RingBuffer<PublishRecord> _published = new();
    private readonly int _capacity;
    private readonly long _octetCapacity;
    private ulong _sequence;
    private long _octets;

    public BrokerJournal(int capacity, long octetCapacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentOutOfRangeException.ThrowIfNegative(octetCapacity);
        _capacity = capacity;
        _octetCapacity = octetCapacity;
    }

    /// <summary>How many messages were published in all.</summary>
    public long PublishedCount { get; private set; }

    /// <summary>How many of them no queue took.</summary>
    public long UnroutableCount { get; private set; }

    public void Note(MonoTime at, JournalKind kind, ulong connection, ushort channel, string text)
    {
        _sequence++;
        if (_capacity == 0)
        {
            return;
        }

        if (_entries.Count == _capacity)
        {
            _entries.PopFront();
        }

        _entries.PushBack(new JournalEntry(_sequence, at - MonoTime.Zero, kind, connection, channel, text));
    }

    public void NotePublished(
        MonoTime at,
        BrokerConnection connection,
        ushort channel,
        StoredMessage message,
        List<QueueModel> queues,
        bool mandatory,
        string? replyQueue)
    {
        _sequence++;
        PublishedCount++;
        UnroutableCount += queues.Count == 0 && replyQueue is null ? 1 : 0;
        if (_capacity == 0)
        {
            return;
        }

        object? routes = (queues.Count, replyQueue) switch
        {
            (0, _) => replyQueue,
            (1, null) => queues[0].Name,
            (_, null) => queues.ConvertAll(static queue => queue.Name).ToImmutableArray(),
            _ => ImmutableArray.Create([replyQueue, .. queues.ConvertAll(static queue => queue.Name)]),
        };
        _octets += SizeOf(message);
        _published.PushBack(new PublishRecord(
            _sequence, at, connection.Number, channel, connection.VirtualHost, message, routes, mandatory));
        while (_published.Count > _capacity || (_octets > _octetCapacity && _published.Count > 1))
        {
            _octets -= SizeOf(_published.PopFront().Message);
        }
    }

    /// <summary>Headers are there twice, as octets and as what they say, and that is several times as much.</summary>
    private static long SizeOf(StoredMessage message) => message.Cost + (4L * message.HeaderOctets.Length);

    public ImmutableArray<PublishedMessage> Published()
    {
        var all = ImmutableArray.CreateBuilder<PublishedMessage>(_published.Count);
        for (int i = 0; i < _published.Count; i++)
        {
            all.Add(_published[i].Show());
        }

        return all.MoveToImmutable();
    }

    /// <summary>Everything kept with a higher number, published messages included, in order.</summary>
    public ImmutableArray<JournalEntry> Entries(ulong after)
    {
        var all = ImmutableArray.CreateBuilder<JournalEntry>();
        for (int i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Sequence > after)
            {
                all.Add(_entries[i]);
            }
        }

        for (int i = 0; i < _published.Count; i++)
        {
            if (_published[i].Sequence > after)
            {
                PublishedMessage message = _published[i].Show();
                all.Add(new JournalEntry(
                    message.Sequence,
                    message.At,
                    message.Queues.IsEmpty ? JournalKind.Unroutable : JournalKind.Published,
                    message.Connection,
                    message.Channel,
                    message.ToString()));
            }
        }

        all.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        return all.DrainToImmutable();
    }

    public void Clear()
    {
        _entries.Clear();
        _published.Clear();
        _octets = 0;
        PublishedCount = 0;
        UnroutableCount = 0;
    }

    private readonly record struct PublishRecord(
        ulong Sequence,
        MonoTime At,
        ulong Connection,
        ushort Channel,
        string VirtualHost,
        StoredMessage Message,
        object? Queues,
        bool IsMandatory)
    {
        public PublishedMessage Show() => new()
        {
            Sequence = Sequence,
            At = At - MonoTime.Zero,
            Connection = Connection,
            Channel = Channel,
            VirtualHost = VirtualHost,
            Exchange = Message.Exchange,
            RoutingKey = Message.RoutingKey,
            IsMandatory = IsMandatory,
            Properties = Message.Properties,
            Body = Message.Body,
            Queues = Queues switch
            {
                string name => [name],
                ImmutableArray<string> names => names,
                _ => [],
            },
        };
    }
}
