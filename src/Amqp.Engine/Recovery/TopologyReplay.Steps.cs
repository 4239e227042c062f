using System.Globalization;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;

namespace Amqp.Engine.Recovery;

// The plan, and how its steps are sent.
public sealed partial class TopologyReplay
{
    // A channel that the broker closes again and again is given up, after an opening for each of its consumers and
    // these.
    private const int SpareOpenings = 3;

    private void PlanDeclares()
    {
        foreach (RecordedExchange exchange in _ledger.Exchanges)
        {
            Plan(new ReplayStep(EntityKind.Exchange, exchange.Name) { Make = _ => exchange.ToDeclare() },
                _options.Exchanges?.Invoke(exchange));
        }

        // Those that the broker names come first: what refers to them waits for their names.
        foreach (RecordedQueue queue in _ledger.Queues.OrderBy(static each => !each.IsServerNamed))
        {
            Plan(new ReplayStep(EntityKind.Queue, queue.Name) { Make = _ => queue.ToDeclare() },
                _options.Queues?.Invoke(queue));
            if (queue.IsServerNamed)
            {
                _unnamed.Add(queue.Name, _declares.Steps[^1]);
            }
        }

        foreach (RecordedBinding binding in _ledger.Bindings)
        {
            string name = $"{binding.Source} → {binding.Destination} ({binding.RoutingKey})";
            Plan(new ReplayStep(EntityKind.Binding, name)
            {
                Queue = binding.IsToQueue ? binding.Destination : "",
                Make = queue => (binding.IsToQueue ? binding with { Destination = queue } : binding).ToBind(),
            }, _options.Bindings?.Invoke(binding));
        }
    }

    private void Plan(ReplayStep step, bool? isWanted)
    {
        if (isWanted == false)
        {
            step.Skipped();
        }

        _declares.Steps.Add(step);
    }

    private void PlanChannels(IEnumerable<ulong> channels)
    {
        var settings = _ledger.Channels.ToDictionary(static each => each.Channel);
        ILookup<ulong, RecordedConsumer> consumers = _ledger.Consumers.ToLookup(static each => each.Channel);
        foreach (ulong channel in channels)
        {
            string name = string.Create(CultureInfo.InvariantCulture, $"channel {channel}");
            var line = new ReplayLine { Owner = channel, Entity = new ReplayStep(EntityKind.Channel, name) };
            foreach (AmqpMethod method in settings.GetValueOrDefault(channel)?.ToMethods() ?? [])
            {
                line.Steps.Add(new ReplayStep(EntityKind.Channel, name) { Make = _ => method, IsEntity = false });
            }

            line.Settings = line.Steps.Count;
            foreach (RecordedConsumer consumer in consumers[channel])
            {
                line.Steps.Add(new ReplayStep(EntityKind.Consumer, consumer.Tag)
                {
                    Queue = consumer.Queue,
                    Make = queue => (consumer with { Queue = queue }).ToConsume(),
                });
                if (_options.Consumers?.Invoke(consumer) == false)
                {
                    line.Steps[^1].Skipped();
                }
            }

            line.OpeningsLeft = line.Steps.Count + SpareOpenings;
            _channels.Add(line);
        }

        _declares.OpeningsLeft = _declares.Steps.Count + SpareOpenings;
    }

    // As many channels may be open as were negotiated, and the one that declares is one of them until it has done.
    private void OpenInTurn(ReplayLine line)
    {
        if (line.Number != 0 || !line.Entity!.IsPending)
        {
            return;
        }

        if (!Open(line) && _hasDeclared && _declares.Number == 0)
        {
            GiveUp(line, ReplyCode.Success, "No channel is free on the new connection.");
        }
    }

    private bool Open(ReplayLine line)
    {
        if (_session!.OpenChannel(out ushort number, out RequestId id) != CommandResult.Ok)
        {
            return false;
        }

        line.OpeningsLeft--;
        line.Number = number;
        line.Opening = id;
        if (line.Entity is not null)
        {
            _owner.OnChannelOpened(line.Owner, number);
        }

        return true;
    }

    private void Restart(ReplayLine line, SessionEnd reason)
    {
        if (line.OpeningsLeft == 0)
        {
            GiveUp(line, reason.Code, reason.Text);
        }
        else if (line.Entity is null)
        {
            Open(line);
        }
        else if (line.Entity.Entity.Outcome != EntityOutcome.Failed)
        {
            // Settings and consumers have gone with the channel.
            line.Next = 0;
            line.Entity.Reset();
            line.Steps.ForEach(static each => each.Reset());
        }
    }

    private static void GiveUp(ReplayLine line, ReplyCode code, string text)
    {
        line.Entity?.Reset();
        line.Entity?.Failed(code, text);
        foreach (ReplayStep step in line.Steps)
        {
            step.Reset();
            if (step.IsPending)
            {
                step.Failed(code, text);
            }
        }

        line.Next = line.Steps.Count;
    }

    private static void Fail(ReplayLine line, ReplayStep step, ReplyCode code, string text)
    {
        if (step.IsEntity)
        {
            step.Failed(code, text);
        }
        else
        {
            GiveUp(line, code, text); // a channel without its settings is of no use
        }
    }

    private void OnRestored(ReplayLine line, int index, AmqpMethod reply)
    {
        ReplayStep step = line.Steps[index];
        if (index == line.Settings - 1)
        {
            line.Entity!.Restored();
        }

        if (reply is QueueDeclareOk declared && _unnamed.ContainsKey(step.Name))
        {
            step.Restored(declared.Queue);
            _names.Add(step.Name, declared.Queue);
            _ledger.RenameQueue(step.Name, declared.Queue);
            _owner.OnQueueRenamed(step.Name, declared.Queue);
        }
        else
        {
            step.Restored();
        }
    }

    private void Send(ReplayLine line)
    {
        while (line.IsOpen && line.Next < line.Steps.Count && line.Sent.Count < _options.Window)
        {
            ReplayStep step = line.Steps[line.Next];
            if (step.IsPending)
            {
                if ((step.Kind == EntityKind.Consumer && !_hasDeclared) || !TrySend(line, step))
                {
                    return;
                }
            }

            line.Next++;
        }

        // What failed and was skipped at the end needs no channel.
        while (line.Next < line.Steps.Count && !line.Steps[line.Next].IsPending)
        {
            line.Next++;
        }
    }

    // False when it must wait.
    private bool TrySend(ReplayLine line, ReplayStep step)
    {
        string queue = step.Queue;
        if (_unnamed.TryGetValue(queue, out ReplayStep? declare) && !_names.TryGetValue(queue, out queue!))
        {
            if (declare.IsPending)
            {
                return false;
            }

            if (declare.Entity.Outcome == EntityOutcome.Skipped)
            {
                step.Skipped();
            }
            else
            {
                step.Failed(ReplyCode.NotFound, $"Its queue {step.Queue} was not declared, and so has no name.");
            }

            return true;
        }

        CommandResult result = _session!.Call(line.Number, step.Make(queue), out RequestId id);
        switch (result)
        {
            case CommandResult.Ok:
                line.Sent.Enqueue((id, line.Next));
                return true;
            case CommandResult.HeaderTooLarge:
                step.Failed(ReplyCode.Success, "It does not fit a frame of the size that the new connection has.");
                return true;
            default:
                return false; // too many are pending, or the channel is about to end
        }
    }
}
