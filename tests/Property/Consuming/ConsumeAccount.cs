using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Property.World;

namespace Amqp.Property.Consuming;

/// <summary>Plays a <see cref="ConsumeScript"/> and keeps its own account: which messages were published, seen, are in
/// whose hands, and gone for good.</summary>
internal sealed class ConsumeAccount
{
    private readonly BrokerCore _core = new();
    private readonly ConsumeHands[] _hands;
    private readonly HashSet<string> _seen = [];
    private readonly HashSet<string> _gone = [];
    private readonly HashSet<string> _live = [];
    private int _published;

    public ConsumeAccount()
    {
        _core.DeclareQueue("/", "q");
        _hands = [new ConsumeHands(_core, this), new ConsumeHands(_core, this)];
    }

    /// <summary>What broke a law.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>What has happened at least once.</summary>
    public HashSet<string> Seen { get; } = [];

    public void Play(ConsumeOp op)
    {
        switch (op.Kind)
        {
            case ConsumeOpKind.Publish:
                for (int i = 0; i <= op.Value % 4; i++)
                {
                    _hands[op.Client].Publish($"m{++_published}");
                    _live.Add($"m{_published}");
                }

                break;
            case ConsumeOpKind.Lose:
                _hands[op.Client].Lose();
                Seen.Add("lost");
                _hands[op.Client] = new ConsumeHands(_core, this);
                break;
            case ConsumeOpKind.Restart:
                Restart(isCrash: op.Value % 2 == 0);
                break;
            default:
                _hands[op.Client].Play(op);
                break;
        }
    }

    /// <summary>Everything that is not gone comes back when all hands let go, and nothing else.</summary>
    public void End()
    {
        foreach (ConsumeHands hands in _hands)
        {
            hands.Exchange();
            hands.Lose();
        }

        string[] left = [.. _core.BrowseQueue("/", "q").Select(m => m.Properties.MessageId!).Order()];
        string[] due = [.. _live.Order()];
        if (!left.SequenceEqual(due))
        {
            Failures.Add($"F5 left in the queue: {string.Join(" ", left)}; due: {string.Join(" ", due)}");
        }
    }

    /// <summary>A message came to somebody.</summary>
    public void OnMessage(EventRecord e)
    {
        string id = e.Properties!.MessageId!;
        if (_gone.Contains(id))
        {
            Failures.Add($"F2 {id} was settled and came again: {e}");
        }

        if (e.Redelivered != !_seen.Add(id))
        {
            Failures.Add($"F3 {id} redelivered={e.Redelivered} where the opposite is true: {e}");
        }

        Seen.Add(e.Redelivered ? "redelivered" : "delivered");
    }

    /// <summary>A message was settled for good.</summary>
    public void OnGone(string id)
    {
        _gone.Add(id);
        _live.Remove(id);
    }

    /// <summary>A message that the broker had sent was lost on its way: it counts as seen all the same.</summary>
    public void OnUnread(string id) => _seen.Add(id);

    private void Restart(bool isCrash)
    {
        foreach (ConsumeHands hands in _hands)
        {
            hands.Exchange(); // so that it is known what the broker has sent
        }

        Seen.Add(isCrash ? "crashed" : "stopped");
        if (isCrash)
        {
            _core.Crash();
        }
        else
        {
            _core.Stop();
        }

        foreach (ConsumeHands hands in _hands)
        {
            hands.Lose();
        }

        _core.Start();
        _hands[0] = new ConsumeHands(_core, this);
        _hands[1] = new ConsumeHands(_core, this);
    }
}
