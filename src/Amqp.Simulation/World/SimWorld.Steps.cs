using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

// The user of the client: takes the scenario's steps in order, as fast as waits and settles allow.
public sealed partial class SimWorld
{
    private readonly SortedDictionary<int, ushort> _slots = [];
    private readonly SortedDictionary<ushort, Queue<ulong>> _unacked = [];
    private readonly HashSet<(ushort Channel, string Tag)> _noAckConsumers = [];
    private readonly HashSet<ulong> _noAckGets = [];
    private int _nextStep;
    private int _publishes;
    private bool _opened;
    private MonoTime _waitUntil;
    private MonoTime _lastStepAt;

    private bool AreStepsDone => _opened && _nextStep == _scenario.Steps.Length;

    private bool IsSettled => _completions.Open == 0 && _confirms.Open == 0 && _link.IsQuiet;

    /// <summary>When the user acts again by the clock alone, or when the run ends after the last step.</summary>
    private MonoTime NextStepAt()
    {
        if (!_opened || _session.State is ConnectionState.Closing or ConnectionState.Closed)
        {
            return MonoTime.Never;
        }

        return AreStepsDone ? _lastStepAt + _options.Grace : _waitUntil > _now ? _waitUntil : MonoTime.Never;
    }

    private void RunSteps()
    {
        if (!_opened)
        {
            return;
        }

        bool wrote = false;
        while (_nextStep < _scenario.Steps.Length && _now >= _waitUntil && _session.State != ConnectionState.Closed)
        {
            Step step = _scenario.Steps[_nextStep];
            if (step is Step.Settle)
            {
                // Bytes written by the steps before must be on the link before it can be called quiet.
                Flush();
                if (!IsSettled)
                {
                    break;
                }
            }

            _nextStep++;
            _lastStepAt = _now;
            Perform(step);
            wrote = true;
        }

        if (wrote)
        {
            EventsOfCommands();
            Flush();
        }
    }

    /// <summary>Drains what commands made happen without any input.</summary>
    private void EventsOfCommands()
    {
        EventScope scope = _session.Events();
        Drain(ref scope);
    }

    private void Perform(Step step)
    {
        switch (step)
        {
            case Step.Wait wait:
                _waitUntil = _now + wait.Span;
                break;
            case Step.Settle:
                break;
            case Step.Close:
                Record(new CommandRecord(step, 0, _session.Close(ReplyCode.Success, "Goodbye", _now)));
                break;
            case Step.OpenChannel open:
                CommandResult result = _session.OpenChannel(out ushort channel, out RequestId id);
                if (result == CommandResult.Ok)
                {
                    _slots[open.Slot] = channel;
                }

                Record(new CommandRecord(step, channel, result, id));
                break;
            default:
                PerformOnChannel(step);
                break;
        }
    }

    private void PerformOnChannel(Step step)
    {
        int slot = SlotOf(step);
        if (!_slots.TryGetValue(slot, out ushort channel))
        {
            _trace.Add(_now, "step", $"passed over: {step}");
            return;
        }

        switch (step)
        {
            case Step.CloseChannel:
                CommandResult closed = _session.CloseChannel(channel, ReplyCode.Success, "Bye", out RequestId id);
                Record(new CommandRecord(step, channel, closed, id));
                break;
            case Step.Publish publish:
                PerformPublish(publish, channel);
                break;
            case Step.Ack or Step.Nack or Step.Reject:
                PerformSettlement(step, channel);
                break;
            case Step.Send send:
                Record(new CommandRecord(step, channel, _session.Send(channel, send.Method)));
                break;
            default:
                PerformCall(step, channel);
                break;
        }
    }

    private void PerformCall(Step step, ushort channel)
    {
        AmqpMethod method = step switch
        {
            Step.Call call => call.Method,
            Step.DeclareQueue q => new QueueDeclare { Queue = q.Queue, Durable = q.Durable },
            Step.DeleteQueue q => new QueueDelete { Queue = q.Queue },
            Step.ConfirmSelect => new ConfirmSelect(),
            Step.Qos q => new BasicQos { PrefetchCount = q.Prefetch },
            Step.Consume c => new BasicConsume { Queue = c.Queue, ConsumerTag = c.ConsumerTag, NoAck = c.NoAck },
            Step.Cancel c => new BasicCancel { ConsumerTag = c.ConsumerTag },
            Step.Get g => new BasicGet { Queue = g.Queue, NoAck = g.NoAck },
            _ => throw new InvalidOperationException($"The world does not know the step {step}."),
        };
        CommandResult result = _session.Call(channel, method, out RequestId id);
        if (result == CommandResult.Ok && method is BasicConsume { NoAck: true } consume)
        {
            _noAckConsumers.Add((channel, consume.ConsumerTag));
        }

        if (result == CommandResult.Ok && method is BasicGet { NoAck: true })
        {
            _noAckGets.Add(id.Value);
        }

        Record(new CommandRecord(step, channel, result, id));
    }

    private void PerformPublish(Step.Publish publish, ushort channel)
    {
        string id = MessageBody.Id(++_publishes, publish.BodySize);
        var properties = new BasicProperties { MessageId = id, DeliveryMode = publish.Persistent ? (byte)2 : (byte)1 };
        byte[] body = MessageBody.Make(id, publish.BodySize);
        CommandResult result = _session.Publish(
            channel, publish.Exchange, publish.RoutingKey, publish.Mandatory, properties, body, out ulong sequence);

        // The caller may use its buffer again at once; whoever still reads it reads rubbish from here on.
        Array.Fill(body, (byte)0xEE);
        Record(new CommandRecord(publish, channel, result, default, sequence));
    }

    private void PerformSettlement(Step step, ushort channel)
    {
        if (!_unacked.TryGetValue(channel, out Queue<ulong>? tags) || tags.Count == 0)
        {
            _trace.Add(_now, "step", $"nothing to settle: {step}");
            return;
        }

        bool multiple = step is Step.Ack { Multiple: true } or Step.Nack { Multiple: true };
        ulong tag = multiple ? tags.Last() : tags.Dequeue();
        if (multiple)
        {
            tags.Clear();
        }

        CommandResult result = step switch
        {
            Step.Ack => _session.Ack(channel, tag, multiple),
            Step.Nack nack => _session.Nack(channel, tag, multiple, nack.Requeue),
            Step.Reject reject => _session.Reject(channel, tag, reject.Requeue),
            _ => throw new InvalidOperationException($"{step} settles nothing."),
        };
        Record(new CommandRecord(step, channel, result));
    }

    private void Record(CommandRecord command)
    {
        _commands.Add(command);
        _trace.Add(_now, "step", command.ToString());
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnCommand(command);
        }
    }

    private void FollowEvent(EventRecord e)
    {
        switch (e.Kind)
        {
            case EventKind.SessionOpened:
                _opened = true;
                _lastStepAt = _now;
                break;
            case EventKind.Delivery when !_noAckConsumers.Contains((e.Channel, e.ConsumerTag)):
            case EventKind.GetOk when !_noAckGets.Contains(e.Request.Value):
                if (!_unacked.TryGetValue(e.Channel, out Queue<ulong>? tags))
                {
                    _unacked[e.Channel] = tags = [];
                }

                tags.Enqueue(e.DeliveryTag);
                break;
            case EventKind.ChannelClosed:
                ForgetChannel(e.Channel);
                break;
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

    private static int SlotOf(Step step) => step switch
    {
        Step.CloseChannel s => s.Slot,
        Step.Call s => s.Slot,
        Step.Send s => s.Slot,
        Step.DeclareQueue s => s.Slot,
        Step.DeleteQueue s => s.Slot,
        Step.ConfirmSelect s => s.Slot,
        Step.Qos s => s.Slot,
        Step.Publish s => s.Slot,
        Step.Consume s => s.Slot,
        Step.Cancel s => s.Slot,
        Step.Get s => s.Slot,
        Step.Ack s => s.Slot,
        Step.Nack s => s.Slot,
        Step.Reject s => s.Slot,
        _ => throw new InvalidOperationException($"{step} names no slot."),
    };
}
