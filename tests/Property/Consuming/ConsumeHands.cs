using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Property.World;

namespace Amqp.Property.Consuming;

/// <summary>One client of a <see cref="ConsumeAccount"/>: a channel, its consumers, and what is unsettled.</summary>
internal sealed class ConsumeHands
{
    private readonly ConsumeAccount _account;
    private readonly BrokerClient _client;
    private readonly SortedDictionary<ulong, (string Id, string Consumer)> _unsettled = [];
    private readonly Dictionary<string, int> _prefetch = [];
    private readonly HashSet<string> _cancelled = [];
    private ushort _channel;
    private ulong _lastTag;
    private int _readEvents;
    private int _tags;

    public ConsumeHands(BrokerCore core, ConsumeAccount account)
    {
        _account = account;
        _client = new BrokerClient(core);
        _channel = _client.OpenChannel();
        Read();
    }

    /// <summary>Publishes a persistent message of this id, and lets it cross.</summary>
    public void Publish(string id)
    {
        _client.Publish(
            _channel, "q", BasicProperties.Empty with { DeliveryMode = 2, MessageId = id }, [(byte)id.Length]);
        _client.Send();
    }

    /// <summary>Lets all bytes cross and reads them.</summary>
    public void Exchange()
    {
        _client.Exchange();
        Read();
    }

    /// <summary>The connection breaks, once what the broker has sent was seen.</summary>
    public void Lose()
    {
        Exchange();
        _client.Lose();
    }

    public void Play(ConsumeOp op)
    {
        switch (op.Kind)
        {
            case ConsumeOpKind.Consume when _prefetch.Count < 3:
                Consume(op.Value % 5);
                break;
            case ConsumeOpKind.Cancel when _prefetch.Count > 0:
                Cancel(_prefetch.Keys.Order(StringComparer.Ordinal).ElementAt(op.Value % _prefetch.Count));
                break;
            case ConsumeOpKind.Get:
                _client.Call(_channel, new BasicGet { Queue = "q" });
                break;
            case ConsumeOpKind.Read:
                _client.Exchange();
                break;
            case ConsumeOpKind.AckUnknown:
                AckUnknown(op.Value);
                break;
            default:
                Settle(op);
                break;
        }

        Read();
        _client.Send();
    }

    private void Consume(int prefetch)
    {
        string tag = $"c{++_tags}";
        _client.Call(_channel, new BasicQos { PrefetchCount = (ushort)prefetch });
        Read();
        _prefetch[tag] = prefetch;
        _client.Call(_channel, new BasicConsume { Queue = "q", ConsumerTag = tag });
    }

    // Deliveries may be under way when the cancel is sent; they are read before its answer.
    private void Cancel(string tag)
    {
        int before = _client.Events.Count;
        EventRecord done = _client.Call(_channel, new BasicCancel { ConsumerTag = tag });
        if (_client.Events.Skip(before).TakeWhile(e => e != done).Any(e => e.ConsumerTag == tag))
        {
            _account.Seen.Add("delivered while cancelling");
        }

        Read();
        _cancelled.Add(tag);
        _prefetch.Remove(tag);
        _account.Seen.Add("cancelled");
    }

    private void Settle(ConsumeOp op)
    {
        if (op.Kind == ConsumeOpKind.AckAll)
        {
            _client.Exchange(); // what is under way is meant as well
            Read();
        }

        if (_unsettled.Count == 0)
        {
            return;
        }

        ulong tag = _unsettled.Keys.ElementAt(op.Value % _unsettled.Count);
        bool isAll = op.Kind == ConsumeOpKind.AckAll;
        bool multiple = isAll || op.Kind == ConsumeOpKind.AckMultiple
            || (op.Kind is ConsumeOpKind.Nack or ConsumeOpKind.Drop && op.Value % 3 == 0);
        switch (op.Kind)
        {
            case ConsumeOpKind.Nack or ConsumeOpKind.Drop:
                _client.Session.Nack(_channel, tag, multiple, requeue: op.Kind == ConsumeOpKind.Nack);
                break;
            case ConsumeOpKind.Reject:
                _client.Session.Reject(_channel, tag, requeue: true);
                break;
            default:
                _client.Session.Ack(_channel, isAll ? 0 : tag, multiple);
                break;
        }

        bool comesBack = op.Kind is ConsumeOpKind.Nack or ConsumeOpKind.Reject;
        ulong[] settled = [.. _unsettled.Keys.Where(t => t == tag || (multiple && (isAll || t < tag)))];
        if (settled.Length > 1)
        {
            _account.Seen.Add("several settled at once");
        }

        foreach (ulong each in settled)
        {
            if (!comesBack)
            {
                _account.OnGone(_unsettled[each].Id);
            }

            _unsettled.Remove(each);
        }

        // At once: deliveries that cross with a settlement of all would make the account guess.
        _client.Exchange();
    }

    // A tag that was never given, or that is settled already: 406 on the channel, and the rest comes back.
    private void AckUnknown(int value)
    {
        _client.Exchange();
        Read();
        ulong tag = 1 + ((ulong)value % (_lastTag + 1));
        if (_unsettled.ContainsKey(tag))
        {
            return;
        }

        _client.Session.Ack(_channel, tag, multiple: false);
        _client.Exchange();
        EventRecord end = _client.Events[^1];
        if (end.Kind != EventKind.ChannelClosed || end.Reason!.Code != ReplyCode.PreconditionFailed)
        {
            _account.Failures.Add($"F5 acknowledging {tag}, which is not unsettled, gave {end}");
            return;
        }

        _account.Seen.Add("unknown tag");
        Read();
        _unsettled.Clear();
        _prefetch.Clear();
        _cancelled.Clear();
        _lastTag = 0;
        _channel = _client.OpenChannel();
    }

    private void Read()
    {
        for (; _readEvents < _client.Events.Count; _readEvents++)
        {
            EventRecord e = _client.Events[_readEvents];
            if (e.Kind is not (EventKind.Delivery or EventKind.GetOk))
            {
                continue;
            }

            _account.OnMessage(e);
            if (e.DeliveryTag != ++_lastTag)
            {
                _account.Failures.Add($"F1 tag {e.DeliveryTag} where {_lastTag} was due: {e}");
            }

            if (_cancelled.Contains(e.ConsumerTag))
            {
                _account.Failures.Add($"F8 a delivery after its consumer's cancel was answered: {e}");
            }

            _unsettled.Add(e.DeliveryTag, (e.Properties!.MessageId!, e.ConsumerTag));
            int limit = _prefetch.GetValueOrDefault(e.ConsumerTag);
            int held = _unsettled.Values.Count(u => u.Consumer == e.ConsumerTag);
            if (e.ConsumerTag.Length > 0 && limit > 0)
            {
                _account.Seen.Add(held == limit ? "prefetch reached" : "below the prefetch");
                if (held > limit)
                {
                    _account.Failures.Add($"F4 {held} unsettled deliveries where the prefetch is {limit}: {e}");
                }
            }
        }
    }
}
