using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>
/// F2, F3, F4, F7 and F8, as the client sees them: what was surely acknowledged does not come again, what comes again
/// says so, prefetch holds, first deliveries keep the order of the publishes, and a consumer that is cancelled gets
/// nothing.
/// </summary>
internal sealed class DeliveryAuditor(MessageLedger ledger) : IAuditor
{
    private readonly List<string> _failures = [];
    private readonly Dictionary<(ushort Channel, string Tag), ConsumerBook> _consumers = [];
    private readonly Dictionary<ushort, ushort> _prefetch = [];
    private readonly Dictionary<ushort, List<(ulong Tag, LedgerEntry? Entry, ConsumerBook? Consumer)>> _held = [];
    private readonly Dictionary<ushort, List<LedgerEntry>> _acks = [];
    private readonly Dictionary<ulong, (ushort Channel, Step Step, int Acks)> _calls = [];
    private readonly Dictionary<(string Queue, int Client, int Session), int> _lastOrdinal = [];

    public IReadOnlyList<string> Failures => _failures;

    public void OnSession(int number)
    {
        _consumers.Clear();
        _prefetch.Clear();
        _held.Clear();
        _acks.Clear();
        _calls.Clear();
        _lastOrdinal.Clear();
    }

    public void OnCommand(CommandRecord command)
    {
        if (command.Result != CommandResult.Ok)
        {
            return;
        }

        if (command.Request != default)
        {
            int acks = _acks.TryGetValue(command.Channel, out List<LedgerEntry>? list) ? list.Count : 0;
            _calls[command.Request.Value] = (command.Channel, command.Step, acks);
        }

        switch (command.Step)
        {
            case Step.Qos qos:
                _prefetch[command.Channel] = qos.Prefetch;
                break;
            case Step.Consume consume:
                _consumers[(command.Channel, consume.ConsumerTag)] = new ConsumerBook(
                    consume.Queue, consume.NoAck, _prefetch.GetValueOrDefault(command.Channel));
                break;
            case Step.Ack ack:
                Settle(command, ack.Multiple, isAck: true);
                break;
            case Step.Nack nack:
                Settle(command, nack.Multiple, isAck: false);
                break;
            case Step.Reject:
                Settle(command, multiple: false, isAck: false);
                break;
        }
    }

    public void OnEvent(EventRecord e)
    {
        switch (e.Kind)
        {
            case EventKind.Delivery:
                OnDelivery(e);
                break;
            case EventKind.GetOk:
                string queue = _calls.GetValueOrDefault(e.Request.Value).Step is Step.Get get ? get.Queue : "";
                OnMessage(e, queue, null);
                OnCompleted(e);
                break;
            case EventKind.CallCompleted:
                OnCompleted(e);
                break;
            case EventKind.ConsumerCancelled:
                Cancel(e.Channel, e.ConsumerTag);
                break;
            case EventKind.ChannelClosed:
                Forget(e.Channel);
                break;
        }
    }

    public void OnEnd(bool closed)
    {
    }

    private void OnDelivery(EventRecord e)
    {
        if (!_consumers.TryGetValue((e.Channel, e.ConsumerTag), out ConsumerBook? consumer) || consumer.IsCancelled)
        {
            _failures.Add($"F8 a delivery for a consumer that is {(consumer is null ? "unknown" : "cancelled")}: {e}");
            return;
        }

        OnMessage(e, consumer.Queue, consumer);
        if (!consumer.NoAck && ++consumer.Held > consumer.Prefetch && consumer.Prefetch > 0)
        {
            _failures.Add($"F4 consumer {e.ConsumerTag} holds {consumer.Held} with prefetch {consumer.Prefetch}: {e}");
        }
    }

    private void OnMessage(EventRecord e, string queue, ConsumerBook? consumer)
    {
        LedgerEntry? entry = ledger.Find(e.Properties?.MessageId);
        if (!_held.TryGetValue(e.Channel, out var held))
        {
            _held[e.Channel] = held = [];
        }

        if (consumer is not { NoAck: true })
        {
            held.Add((e.DeliveryTag, entry, consumer));
        }

        if (entry is not { IsSingle: true })
        {
            return;
        }

        if (entry.AckedBy == ledger.Client)
        {
            _failures.Add($"F2 message {entry.Id} comes again though its acknowledgement was taken in: {e}");
        }

        if (e.Redelivered)
        {
            return;
        }

        // The ledger has counted this delivery already.
        if (entry.CameBefore || entry.FirstDeliveries > 1)
        {
            _failures.Add($"F3 message {entry.Id} comes again and does not say so: {e}");
        }

        if (!entry.IsTransactional)
        {
            // Only of one connection: what an earlier one had sent may have been read later.
            (string, int, int) source = (queue, entry.Client, entry.Session);
            if (_lastOrdinal.GetValueOrDefault(source) > entry.Ordinal)
            {
                _failures.Add($"F7 message {entry.Id} of {queue} comes after m{_lastOrdinal[source]}: {e}");
            }

            _lastOrdinal[source] = entry.Ordinal;
        }
    }

    private void OnCompleted(EventRecord e)
    {
        if (!_calls.Remove(e.Request.Value, out var call))
        {
            return;
        }

        if (call.Step is Step.Cancel cancel)
        {
            Cancel(call.Channel, cancel.ConsumerTag);
        }

        if (call.Step is Step.CloseChannel)
        {
            // It is complete as well when the broker had closed the channel and passed over what came last.
            return;
        }

        // A broker answers in order: what was acknowledged on the channel before the call has been taken in.
        if (_acks.TryGetValue(call.Channel, out List<LedgerEntry>? acks) && !ledger.IsTransactional(call.Channel))
        {
            for (int i = 0; i < Math.Min(call.Acks, acks.Count); i++)
            {
                acks[i].AckedBy ??= ledger.Client;
            }
        }
    }

    private void Settle(CommandRecord command, bool multiple, bool isAck)
    {
        if (!_held.TryGetValue(command.Channel, out var held))
        {
            return;
        }

        for (int i = 0; i < held.Count; i++)
        {
            (ulong tag, LedgerEntry? entry, ConsumerBook? consumer) = held[i];
            if (multiple ? tag > command.DeliveryTag : tag != command.DeliveryTag)
            {
                continue;
            }

            held.RemoveAt(i--);
            if (consumer is not null)
            {
                consumer.Held--;
            }

            if (isAck && entry is not null)
            {
                if (!_acks.TryGetValue(command.Channel, out List<LedgerEntry>? acks))
                {
                    _acks[command.Channel] = acks = [];
                }

                acks.Add(entry);
            }
        }
    }

    private void Cancel(ushort channel, string tag)
    {
        if (_consumers.TryGetValue((channel, tag), out ConsumerBook? consumer))
        {
            consumer.IsCancelled = true;
        }
    }

    private void Forget(ushort channel)
    {
        foreach ((ushort Channel, string Tag) key in _consumers.Keys.Where(key => key.Channel == channel).ToArray())
        {
            _consumers.Remove(key);
        }

        _prefetch.Remove(channel);
        _held.Remove(channel);
        _acks.Remove(channel);
    }

    /// <summary>What is known of one consumer.</summary>
    private sealed class ConsumerBook(string queue, bool noAck, ushort prefetch)
    {
        public string Queue { get; } = queue;

        public bool NoAck { get; } = noAck;

        public ushort Prefetch { get; } = prefetch;

        public int Held { get; set; }

        public bool IsCancelled { get; set; }
    }
}
