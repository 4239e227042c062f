using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

/// <summary>
/// The plainest recovery there is: it remembers what was asked for and not undone, and asks for it again.
/// </summary>
internal sealed class SessionReplay(ReconnectOptions options) : ISessionRecovery
{
    /// <summary>The slot of the channel that declares; it is closed again.</summary>
    private const int OwnSlot = -1;

    private readonly List<SlotRecord> _slots = [];
    private readonly List<AmqpMethod> _topology = [];
    private readonly Dictionary<ulong, (Step Step, SlotRecord Slot)> _calls = [];

    public void OnCommand(CommandRecord command)
    {
        if (command.Result != CommandResult.Ok || StepFacts.SlotOf(command.Step) is not { } number || number == OwnSlot)
        {
            return;
        }

        if (command.Step is Step.OpenChannel)
        {
            Forget(number);
            _slots.Add(new SlotRecord(number, command.Channel));
            return;
        }

        if (_slots.Find(each => each.Number == number) is not { } slot)
        {
            return;
        }

        Learn(command.Step, slot);
        if (command.Request != default)
        {
            _calls[command.Request.Value] = (command.Step, slot);
        }
    }

    public void OnEvent(EventRecord e)
    {
        switch (e.Kind)
        {
            case EventKind.CallCompleted or EventKind.GetOk:
                _calls.Remove(e.Request.Value);
                break;
            case EventKind.CallFailed when _calls.Remove(e.Request.Value, out var call)
                && e.Reason!.Kind == SessionEndKind.ChannelError:
                Unlearn(call.Step);
                break;
            case EventKind.ConsumerCancelled:
                _slots.Find(each => each.Channel == e.Channel)?.Consumers
                    .RemoveAll(each => each.ConsumerTag == e.ConsumerTag);
                break;
            case EventKind.ChannelClosed when e.Reason!.Kind is SessionEndKind.ChannelError
                or SessionEndKind.ClosedByApplication:
                _slots.RemoveAll(each => each.Channel == e.Channel);
                break;
            case EventKind.SessionClosed:
                // Request and channel numbers begin anew with the next session.
                _calls.Clear();
                _slots.ForEach(each => each.Channel = 0);
                break;
        }
    }

    public TimeSpan DelayAfter(int failures)
    {
        TimeSpan delay = options.Delay * Math.Pow(2, Math.Min(failures, 20));
        return delay < options.MaxDelay ? delay : options.MaxDelay;
    }

    public IReadOnlyList<Step> Restore()
    {
        List<Step> steps = [];
        if (_topology.Count > 0)
        {
            steps.AddRange([new Step.OpenChannel(OwnSlot), new Step.Settle()]);
            steps.AddRange(_topology.Select(method => new Step.Call(OwnSlot, method)));
            steps.AddRange([new Step.Settle(), new Step.CloseChannel(OwnSlot)]);
        }

        SlotRecord[] slots = [.. _slots];
        steps.AddRange(slots.Select(slot => new Step.OpenChannel(slot.Number)));
        steps.Add(new Step.Settle());
        foreach (SlotRecord slot in slots)
        {
            steps.AddRange(slot.Modes);
            steps.AddRange(slot.Consumers);
        }

        steps.Add(new Step.Settle());
        return steps;
    }

    private void Forget(int number) => _slots.RemoveAll(each => each.Number == number);

    private void Learn(Step step, SlotRecord slot)
    {
        switch (step)
        {
            case Step.ConfirmSelect or Step.Call { Method: TxSelect }:
                slot.Modes.Remove(step);
                slot.Modes.Add(step);
                break;
            case Step.Qos:
                slot.Modes.RemoveAll(static each => each is Step.Qos);
                slot.Modes.Add(step);
                break;
            case Step.Consume consume:
                slot.Consumers.RemoveAll(each => each.ConsumerTag == consume.ConsumerTag);
                slot.Consumers.Add(consume);
                break;
            case Step.Cancel cancel:
                slot.Consumers.RemoveAll(each => each.ConsumerTag == cancel.ConsumerTag);
                break;
            case Step.DeclareQueue declare:
                Remember(new QueueDeclare { Queue = declare.Queue, Durable = declare.Durable });
                break;
            case Step.DeleteQueue delete:
                ForgetQueue(delete.Queue);
                break;
            case Step.Call { Method: QueueDelete delete }:
                ForgetQueue(delete.Queue);
                break;
            case Step.Call
            {
                Method: QueueDeclare { Passive: false } or ExchangeDeclare { Passive: false } or QueueBind,
            } call:
                Remember(call.Method);
                break;
        }
    }

    // Declaring again what was refused would be refused again, each time.
    private void Unlearn(Step step)
    {
        switch (step)
        {
            case Step.DeclareQueue declare:
                _topology.RemoveAll(each => each is QueueDeclare q && q.Queue == declare.Queue);
                break;
            case Step.Call call:
                _topology.Remove(call.Method);
                break;
        }
    }

    private void Remember(AmqpMethod method)
    {
        if (!_topology.Contains(method))
        {
            _topology.Add(method);
        }
    }

    private void ForgetQueue(string queue)
    {
        _topology.RemoveAll(each => each is QueueDeclare declare && declare.Queue == queue);
        _topology.RemoveAll(each => each is QueueBind bind && bind.Queue == queue);
        _slots.ForEach(slot => slot.Consumers.RemoveAll(each => each.Queue == queue));
    }

    /// <summary>A channel that is to be open.</summary>
    private sealed class SlotRecord(int number, ushort channel)
    {
        public int Number { get; } = number;

        public ushort Channel { get; set; } = channel;

        public List<Step> Modes { get; } = [];

        public List<Step.Consume> Consumers { get; } = [];
    }
}
