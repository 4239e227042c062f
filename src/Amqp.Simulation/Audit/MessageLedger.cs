using System.Globalization;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>
/// The books that the auditors of messages share: what was published in how many attempts, confirmed, returned,
/// delivered and settled, by what the client did and was told, and which queues may lose messages by right.
/// </summary>
internal sealed class MessageLedger
{
    private readonly Dictionary<string, LedgerEntry> _entries = [];
    private readonly List<ClientBook> _books = [];
    private readonly HashSet<(int Client, string Queue)> _declaredBy = [];

    /// <summary>Whose commands and events come next, from 0: each client has channels of its own.</summary>
    public int Client { get; set; }

    public IReadOnlyCollection<LedgerEntry> Entries => _entries.Values;

    /// <summary>Queues that may lose messages by right: deleted, or read by somebody who does not acknowledge.
    /// </summary>
    public HashSet<string> Lossy { get; } = [];

    /// <summary>Queues that were declared, and whether each is durable.</summary>
    public Dictionary<string, bool> Queues { get; } = [];

    /// <summary>True once the broker was down: what is not durable may be gone.</summary>
    public bool WasDown { get; private set; }

    public LedgerEntry? Find(string? id) => id is null ? null : _entries.GetValueOrDefault(id);

    public bool IsTransactional(ushort channel) => Book.Transactional.Contains(channel);

    /// <summary>True when nothing but an acknowledgement may take this message out of its queue.</summary>
    public bool IsSafe(LedgerEntry entry) => entry.Step.Exchange.Length == 0
        && Queues.TryGetValue(entry.Step.RoutingKey, out bool isDurable)
        && !entry.MayBeUnroutable
        && !Lossy.Contains(entry.Step.RoutingKey)
        && (!WasDown || (isDurable && entry.Step.Persistent));

    private ClientBook Book
    {
        get
        {
            while (_books.Count <= Client)
            {
                _books.Add(new ClientBook(0));
            }

            return _books[Client];
        }
    }

    public void OnSession()
    {
        int session = Book.Session + 1;
        _books[Client] = new ClientBook(session);
    }

    public void OnCommand(CommandRecord command)
    {
        if (command.Result != CommandResult.Ok)
        {
            return;
        }

        switch (command.Step)
        {
            case Step.Publish publish:
                OnPublish(command, publish);
                break;
            case Step.Consume { NoAck: true } consume:
                Book.NoAck.Add((command.Channel, consume.ConsumerTag));
                Lossy.Add(consume.Queue);
                break;
            case Step.Get get:
                Book.Gets[command.Request.Value] = get;
                if (get.NoAck)
                {
                    Lossy.Add(get.Queue);
                }

                break;
            case Step.DeclareQueue declare:
                OnDeclare(declare.Queue, declare.Durable);
                break;
            case Step.DeleteQueue delete:
                Lossy.Add(delete.Queue);
                break;
            case Step.Call call:
                OnCall(command, call.Method);
                break;
            case Step.Ack ack:
                Settle(command, ack.Multiple, isGood: true, requeue: false);
                break;
            case Step.Nack nack:
                Settle(command, nack.Multiple, isGood: false, nack.Requeue);
                break;
            case Step.Reject reject:
                Settle(command, multiple: false, isGood: false, reject.Requeue);
                break;
        }
    }

    public void OnEvent(EventRecord e)
    {
        switch (e.Kind)
        {
            case EventKind.Delivery or EventKind.GetOk when Find(e.Properties?.MessageId) is { } entry:
                entry.Give(Client, e.Redelivered);
                if (TakesWithoutAck(e))
                {
                    entry.MayBeGone = true;
                }
                else
                {
                    Held(e.Channel).Add((e.DeliveryTag, entry));
                }

                break;
            case EventKind.PublishReturned
                when Book.Unsettled.TryGetValue((e.Channel, e.FromSequence), out LedgerEntry? returned):
                returned.IsReturned = true;
                break;
            case EventKind.PublishSettled or EventKind.PublishesLost:
                Resolve(e);
                break;
        }
    }

    /// <summary>After the other auditors have seen the event: what ended is forgotten.</summary>
    public void AfterEvent(EventRecord e)
    {
        if (e.Kind == EventKind.ChannelClosed)
        {
            Book.Transactional.Remove(e.Channel);
            Book.HeldBack.Remove(e.Channel);
            Book.NoAck.RemoveWhere(each => each.Channel == e.Channel);
        }
    }

    public void OnFault(BrokerFault fault, bool happened)
    {
        switch (fault)
        {
            case DeleteQueue delete:
                Lossy.Add(delete.Queue);
                break;
            case CrashBroker or RestartBroker:
                WasDown |= happened;
                break;
        }
    }

    /// <summary>The number in a message's id.</summary>
    public static int OrdinalOf(string id)
    {
        int dash = id.IndexOf('-', StringComparison.Ordinal);
        return int.Parse(id.AsSpan(1, dash - 1), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private void OnPublish(CommandRecord command, Step.Publish publish)
    {
        string id = command.MessageId!;
        if (!_entries.TryGetValue(id, out LedgerEntry? entry))
        {
            _entries[id] = entry = new LedgerEntry(id, OrdinalOf(id), publish);
        }

        entry.Attempts++;
        entry.MayBeUnroutable |= !_declaredBy.Contains((Client, publish.RoutingKey));
        entry.Client = Client;
        entry.Session = Book.Session;
        entry.IsTransactional |= Book.Transactional.Contains(command.Channel);
        if (command.Sequence != 0)
        {
            Book.Unsettled[(command.Channel, command.Sequence)] = entry;
        }
    }

    // What another client declares may come after this one's publish.
    private void OnDeclare(string queue, bool durable)
    {
        Queues.TryAdd(queue, durable);
        _declaredBy.Add((Client, queue));
    }

    private void OnCall(CommandRecord command, AmqpMethod method)
    {
        switch (method)
        {
            case TxSelect:
                Book.Transactional.Add(command.Channel);
                break;
            case QueueDeclare { Passive: false } declare:
                OnDeclare(declare.Queue, declare.Durable);
                if (declare.AutoDelete || declare.Exclusive || declare.Arguments.Count > 0)
                {
                    Lossy.Add(declare.Queue);
                }

                break;
            case QueueDelete delete:
                Lossy.Add(delete.Queue);
                break;
            case QueuePurge purge:
                Lossy.Add(purge.Queue);
                break;
        }
    }

    private bool TakesWithoutAck(EventRecord e) => e.Kind == EventKind.Delivery
        ? Book.NoAck.Contains((e.Channel, e.ConsumerTag))
        : Book.Gets.GetValueOrDefault(e.Request.Value) is Step.Get { NoAck: true };

    private void Settle(CommandRecord command, bool multiple, bool isGood, bool requeue)
    {
        List<(ulong Tag, LedgerEntry Entry)> held = Held(command.Channel);
        for (int i = 0; i < held.Count; i++)
        {
            if (multiple ? held[i].Tag <= command.DeliveryTag : held[i].Tag == command.DeliveryTag)
            {
                held[i].Entry.MayBeGone |= isGood || !requeue;
                held.RemoveAt(i--);
            }
        }
    }

    private void Resolve(EventRecord e)
    {
        for (ulong sequence = e.FromSequence; sequence <= e.ToSequence; sequence++)
        {
            if (Book.Unsettled.Remove((e.Channel, sequence), out LedgerEntry? entry)
                && e.Kind == EventKind.PublishSettled)
            {
                entry.IsConfirmed |= !e.Flag;
            }
        }
    }

    private List<(ulong Tag, LedgerEntry Entry)> Held(ushort channel)
    {
        if (!Book.HeldBack.TryGetValue(channel, out List<(ulong, LedgerEntry)>? held))
        {
            Book.HeldBack[channel] = held = [];
        }

        return held;
    }

    /// <summary>What is known of one client's present session.</summary>
    private sealed class ClientBook(int session)
    {
        public int Session { get; } = session;

        public Dictionary<(ushort Channel, ulong Sequence), LedgerEntry> Unsettled { get; } = [];

        public HashSet<ushort> Transactional { get; } = [];

        public Dictionary<ushort, List<(ulong Tag, LedgerEntry Entry)>> HeldBack { get; } = [];

        public HashSet<(ushort Channel, string Tag)> NoAck { get; } = [];

        public Dictionary<ulong, Step> Gets { get; } = [];
    }
}
