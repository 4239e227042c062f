using Amqp.FakeBroker;
using Xunit;

namespace Amqp.Property.Broker;

/// <summary>What one queue holds according to its events, and the law of its order: the head goes first.</summary>
internal sealed class QueueAccount(QueueInfo queue, BrokerProfile profile, Func<ulong, int> priorityOf)
{
    private const int Returned = -2;

    private readonly SortedSet<(int Level, long Place, ulong Message)> _ready = [];
    private readonly Dictionary<ulong, long> _places = [];
    private readonly HashSet<ulong> _out = [];
    private long _nextPlace;
    private int _turn;

    public string Name => queue.Name;

    public int Ready => _ready.Count;

    public int Out => _out.Count;

    public void OnEvent(in BrokerEvent brokerEvent)
    {
        var number = brokerEvent.Message;
        switch (brokerEvent.Kind)
        {
            case BrokerEventKind.Enqueued:
                Assert.DoesNotContain(number, _out);
                Add(number, LevelOf(number), _nextPlace++);
                break;
            case BrokerEventKind.Delivered:
                TakeHead(number);
                Assert.True(_out.Add(number));
                break;
            case BrokerEventKind.Acknowledged:
                Assert.True(_out.Remove(number), $"{Name}: acknowledged what was not out");
                break;
            case BrokerEventKind.Requeued:
                Assert.True(_out.Remove(number), $"{Name}: requeued what was not out");
                var isQuorum = queue.Type == "quorum";
                var isFirst = isQuorum && (HasDeliveryLimit || brokerEvent.Reason is null);
                Add(number, isFirst ? Returned : LevelOf(number), isQuorum ? _nextPlace++ : _places[number]);
                break;
            default:
                Leave(number, brokerEvent.Reason!);
                break;
        }
    }

    private bool HasDeliveryLimit => queue.Arguments.TryGet("x-delivery-limit", out var limit)
        ? limit.AsInt64() >= 0
        : profile.QuorumDeliveryLimit >= 0;

    private void Leave(ulong number, string reason)
    {
        switch (reason)
        {
            case "expired" or "maxlen":
                TakeHead(number);
                break;
            case "rejected" or "delivery_limit":
                Assert.True(_out.Remove(number), $"{Name}: {reason} without being out");
                break;
            case "deleted":
                _out.Clear();
                Assert.Equal(1, _ready.RemoveWhere(each => each.Message == number));
                break;
            default:
                Assert.Equal(1, _ready.RemoveWhere(each => each.Message == number));
                break;
        }
    }

    public void AfterPurge() => _turn = 0;

    private void Add(ulong number, int level, long place)
    {
        _places[number] = place;
        Assert.True(_ready.Add((level, place, number)));
    }

    private void TakeHead(ulong number)
    {
        Assert.True(_ready.Count > 0, $"{Name}: took {number} from an empty queue");
        var head = Head();
        Assert.Equal(head.Message, number);
        _ready.Remove(head);
        _turn += head.Level == Returned ? 0 : 1;
    }

    /// <summary>Of two kinds, every third to leave a quorum queue is the older one.</summary>
    private (int Level, long Place, ulong Message) Head()
    {
        var first = _ready.Min;
        var takesTurns = queue.Type == "quorum" && profile.QuorumTakesTurns && first.Level != Returned;
        return takesTurns && _turn % 3 == 2 ? _ready.MinBy(static each => each.Place) : first;
    }

    /// <summary>The lower the number the sooner it goes.</summary>
    private int LevelOf(ulong number)
    {
        var priority = priorityOf(number);
        return queue.Type == "quorum" ? (profile.QuorumPrioritises && priority > 4 ? -1 : 0)
            : queue.Arguments.TryGet("x-max-priority", out var top) ? -Math.Min(priority, (int)top.AsInt64())
            : 0;
    }
}
