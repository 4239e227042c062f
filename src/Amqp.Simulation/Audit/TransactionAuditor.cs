using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>
/// E8: what was committed is there, what was rolled back or never committed is not, and a commit without an answer has
/// happened whole or not at all.
/// </summary>
internal sealed class TransactionAuditor(MessageLedger ledger) : IAuditor
{
    private readonly List<string> _failures = [];
    private readonly Dictionary<ushort, List<LedgerEntry>> _open = [];
    private readonly Dictionary<ulong, ushort> _calls = [];
    private readonly Dictionary<ulong, List<LedgerEntry>> _committing = [];
    private readonly List<LedgerEntry> _committed = [];
    private readonly List<LedgerEntry> _undone = [];
    private readonly List<List<LedgerEntry>> _unknown = [];

    public IReadOnlyList<string> Failures => _failures;

    public void OnSession(int number) => GiveUp();

    public void OnCommand(CommandRecord command)
    {
        if (command.Result != CommandResult.Ok)
        {
            return;
        }

        if (command.Request != default)
        {
            _calls[command.Request.Value] = command.Channel;
        }

        if (!ledger.IsTransactional(command.Channel))
        {
            return;
        }

        switch (command.Step)
        {
            case Step.Publish when _calls.ContainsValue(command.Channel):
                // A publish does not wait for calls: which transaction it becomes part of nobody can tell.
                break;
            case Step.Publish when ledger.Find(command.MessageId) is { } entry:
                if (!_open.TryGetValue(command.Channel, out List<LedgerEntry>? open))
                {
                    _open[command.Channel] = open = [];
                }

                open.Add(entry);
                break;
            case Step.Call { Method: TxCommit } when _open.Remove(command.Channel, out List<LedgerEntry>? batch):
                _committing[command.Request.Value] = batch;
                break;
            case Step.Call { Method: TxRollback } when _open.Remove(command.Channel, out List<LedgerEntry>? batch):
                _undone.AddRange(batch);
                break;
        }
    }

    public void OnEvent(EventRecord e)
    {
        if (e.Kind is EventKind.CallCompleted or EventKind.CallFailed or EventKind.GetOk)
        {
            _calls.Remove(e.Request.Value);
        }

        switch (e.Kind)
        {
            case EventKind.CallCompleted when _committing.Remove(e.Request.Value, out List<LedgerEntry>? batch):
                _committed.AddRange(batch);
                break;
            case EventKind.CallFailed when _committing.Remove(e.Request.Value, out List<LedgerEntry>? batch):
                _unknown.Add(batch);
                break;
            case EventKind.ChannelClosed when _open.Remove(e.Channel, out List<LedgerEntry>? batch):
                _undone.AddRange(batch);
                break;
        }
    }

    public void OnEnd(bool closed)
    {
    }

    public void OnFinish(BrokerCore broker, bool isStuck)
    {
        if (broker.Connections.Count > 0 || (_committed.Count == 0 && _undone.Count == 0 && _unknown.Count == 0))
        {
            return;
        }

        GiveUp();
        HashSet<string> found = [];
        foreach (QueueInfo queue in broker.ListQueues())
        {
            IReadOnlyList<MessageInfo> messages = broker.BrowseQueue(queue.VirtualHost, queue.Name);
            found.UnionWith(messages.Select(static each => each.Properties.MessageId ?? ""));
        }

        foreach (LedgerEntry entry in _committed)
        {
            if (ledger.IsSafe(entry) && !entry.MayBeGone && !found.Contains(entry.Id))
            {
                _failures.Add($"E8 message {entry.Id} was committed and is nowhere");
            }
        }

        foreach (LedgerEntry entry in _undone)
        {
            if (found.Contains(entry.Id) || entry.Deliveries > 0)
            {
                _failures.Add($"E8 message {entry.Id} was not committed and is there");
            }
        }

        foreach (List<LedgerEntry> batch in _unknown)
        {
            int there = batch.Count(entry => found.Contains(entry.Id) || entry.Deliveries > 0);
            if (there > 0 && there < batch.Count && batch.TrueForAll(ledger.IsSafe))
            {
                _failures.Add($"E8 of the {batch.Count} messages of a commit without an answer {there} are there");
            }
        }
    }

    private void GiveUp()
    {
        _undone.AddRange(_open.Values.SelectMany(static batch => batch));
        _unknown.AddRange(_committing.Values);
        _open.Clear();
        _committing.Clear();
        _calls.Clear();
    }
}
