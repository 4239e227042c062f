using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

/// <summary>
/// The user of the client: takes the scenario's steps in order, as fast as waits and settles allow. When it has a
/// recovery, steps that bring a new session to where the lost one was go first.
/// </summary>
internal sealed partial class ScenarioClient(
    WorldClient world, ImmutableArray<Step> steps, ISessionRecovery? recovery)
{
    private readonly Dictionary<int, ushort> _slots = [];
    private readonly Dictionary<ushort, Queue<ulong>> _unacked = [];
    private readonly HashSet<(ushort Channel, string Tag)> _noAckConsumers = [];
    private readonly HashSet<ulong> _noAckGets = [];
    private readonly Dictionary<(ushort Channel, ulong Sequence), Publication> _unsettled = [];
    private readonly List<Publication> _lost = [];
    private readonly Queue<(Step Step, Publication? Publication)> _restoring = new();
    private int _publishes;
    private int _failures;
    private MonoTime _waitUntil;

    /// <summary>The steps that were taken.</summary>
    public int NextStep { get; private set; }

    /// <summary>The next of how many steps, and which.</summary>
    public string Where => $"{NextStep + 1} of {steps.Length}, {steps[NextStep]},";

    /// <summary>When the last of them was.</summary>
    public MonoTime LastStepAt { get; private set; }

    /// <summary>True from the first time a session was open.</summary>
    public bool WasOpen { get; private set; }

    /// <summary>True while a new session is brought to where the lost one was.</summary>
    public bool IsRestoring => _restoring.Count > 0 || _lost.Count > 0;

    public bool AreStepsDone => WasOpen && NextStep == steps.Length && _restoring.Count == 0;

    /// <summary>True when nothing that was delivered waits to be settled.</summary>
    public bool HasSettledAll
    {
        get
        {
            foreach (Queue<ulong> tags in _unacked.Values)
            {
                if (tags.Count > 0)
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>True once the user itself asked for the end of the connection.</summary>
    public bool HasClosed { get; private set; }

    private bool IsSettled => world.IsSettled && _lost.Count == 0;

    /// <summary>Takes the steps that can be taken now.</summary>
    public void Run()
    {
        AmqpSession? session = world.Session;
        if (session is null || session.State != ConnectionState.Open && !(WasOpen && recovery is null))
        {
            return;
        }

        bool wrote = false;
        while (session.State != ConnectionState.Closed && TryTakeStep(session))
        {
            wrote = true;
        }

        if (wrote)
        {
            world.AfterCommands();
        }
    }

    public void OnEvent(EventRecord e)
    {
        recovery?.OnEvent(e);
        switch (e.Kind)
        {
            case EventKind.SessionOpened:
                OnOpened();
                break;
            case EventKind.Delivery when !_noAckConsumers.Contains((e.Channel, e.ConsumerTag)):
            case EventKind.GetOk when !_noAckGets.Contains(e.Request.Value):
                if (!_unacked.TryGetValue(e.Channel, out Queue<ulong>? tags))
                {
                    _unacked[e.Channel] = tags = [];
                }

                tags.Enqueue(e.DeliveryTag);
                break;
            case EventKind.PublishSettled or EventKind.PublishesLost:
                Settle(e);
                break;
            case EventKind.ChannelClosed:
                ForgetChannel(e.Channel);
                break;
            case EventKind.SessionClosed:
                OnSessionClosed();
                break;
        }
    }

    /// <summary>No connection came about.</summary>
    public void OnConnectFailed()
    {
        if (recovery is not null && !HasClosed)
        {
            world.ConnectIn(recovery.DelayAfter(_failures++));
        }
    }

    /// <summary>Acknowledges all that was delivered.</summary>
    public void SettleAll()
    {
        AmqpSession session = world.Session!;
        foreach ((ushort channel, Queue<ulong> tags) in _unacked.OrderBy(static pair => pair.Key))
        {
            if (tags.Count > 0)
            {
                ulong tag = tags.Last();
                tags.Clear();
                Record(new CommandRecord(
                    new Step.Ack(SlotOf(channel), Multiple: true),
                    channel,
                    session.Ack(channel, tag, multiple: true),
                    DeliveryTag: tag));
            }
        }

        world.AfterCommands();
    }

    /// <summary>Closes the connection in order.</summary>
    public void Close()
    {
        HasClosed = true;
        Record(new CommandRecord(
            new Step.Close(), 0, world.Session!.Close(Engine.Spec.ReplyCode.Success, "Goodbye", world.ClientNow)));
        world.AfterCommands();
    }

    private bool TryTakeStep(AmqpSession session)
    {
        if (_restoring.Count > 0)
        {
            (Step step, Publication? publication) = _restoring.Peek();
            if (step is Step.Settle && !CanGoOnRestoring())
            {
                return false;
            }

            _restoring.Dequeue();
            world.Progress();
            Perform(step, publication, session);
            return true;
        }

        if (_lost.Count > 0 && recovery is not null)
        {
            PublishAgain();
            return _restoring.Count > 0;
        }

        if (NextStep == steps.Length || world.Now < _waitUntil)
        {
            return false;
        }

        Step next = steps[NextStep];
        if (next is Step.Settle)
        {
            // Bytes written by the steps before must be on the link before it can be called quiet.
            world.FlushCurrent();
            if (!IsSettled)
            {
                return false;
            }
        }

        NextStep++;
        LastStepAt = world.Now;
        world.Progress();
        Perform(next, null, session);
        return true;
    }

    /// <summary>A publish that awaits its confirm may wait long; only calls must be over before more is
    /// restored.</summary>
    private bool CanGoOnRestoring() => world.OpenCalls == 0;

    private void PublishAgain()
    {
        // Only where a channel is there again: the others' publishes have nobody to be made by.
        foreach (Publication publication in _lost)
        {
            if (_slots.ContainsKey(publication.Step.Slot))
            {
                _restoring.Enqueue((publication.Step, publication));
            }
        }

        _lost.Clear();
    }

    private void OnOpened()
    {
        if (WasOpen)
        {
            world.Mark(WorldMark.Reconnected);
        }

        _restoring.Clear();
        if (WasOpen && recovery is not null)
        {
            foreach (Step step in recovery.Restore())
            {
                _restoring.Enqueue((step, null));
            }
        }

        WasOpen = true;
        _failures = 0;
        LastStepAt = world.Now;
        world.Progress();
    }

    private void OnSessionClosed()
    {
        if (_restoring.Count > 0)
        {
            world.Mark(WorldMark.LostWhileRestoring);
            _lost.AddRange(_restoring.Where(static each => each.Publication is not null).Select(e => e.Publication!));
            _restoring.Clear();
        }

        _slots.Clear();
        _unacked.Clear();
        _noAckConsumers.Clear();
        _noAckGets.Clear();
        _unsettled.Clear();
        if (recovery is not null && !HasClosed)
        {
            world.ConnectIn(recovery.DelayAfter(_failures++));
        }
    }

    private void Settle(EventRecord e)
    {
        bool isLost = e.Kind == EventKind.PublishesLost
            && e.Reason!.Kind is not (SessionEndKind.ChannelError or SessionEndKind.ClosedByApplication);
        for (ulong sequence = e.FromSequence; sequence <= e.ToSequence; sequence++)
        {
            bool isKnown = _unsettled.Remove((e.Channel, sequence), out Publication? publication);
            if (isKnown && isLost && recovery is not null)
            {
                _lost.Add(publication!);
            }
        }
    }

    // The number may get a new owner, which must not inherit anything.
    private void ForgetChannel(ushort channel)
    {
        foreach (int slot in _slots.Where(pair => pair.Value == channel).Select(pair => pair.Key).ToArray())
        {
            _slots.Remove(slot);
        }

        _unacked.Remove(channel);
        _noAckConsumers.RemoveWhere(consumer => consumer.Channel == channel);
    }

    private int SlotOf(ushort channel)
    {
        foreach ((int slot, ushort number) in _slots)
        {
            if (number == channel)
            {
                return slot;
            }
        }

        return -1;
    }
}
