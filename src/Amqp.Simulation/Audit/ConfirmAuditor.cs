using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>
/// E2 and E3: sequence numbers count up by one from 1 on each channel, and each tracked publish is resolved exactly
/// once:
/// settled, or lost with its channel or session.
/// </summary>
public sealed class ConfirmAuditor : IAuditor
{
    private readonly List<string> _failures = [];
    private readonly SortedDictionary<ushort, SortedSet<ulong>> _open = [];
    private readonly SortedDictionary<ushort, ulong> _last = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>How many publishes are not resolved yet.</summary>
    public int Open { get; private set; }

    /// <inheritdoc/>
    public void OnCommand(CommandRecord command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Step is not Step.Publish || command.Result != CommandResult.Ok || command.Sequence == 0)
        {
            return;
        }

        ulong expected = _last.GetValueOrDefault(command.Channel) + 1;
        if (command.Sequence != expected)
        {
            _failures.Add($"E2 channel {command.Channel}: publish {command.Sequence} where {expected} was due");
        }

        _last[command.Channel] = command.Sequence;
        if (!_open.TryGetValue(command.Channel, out SortedSet<ulong>? set))
        {
            _open[command.Channel] = set = [];
        }

        Open += set.Add(command.Sequence) ? 1 : 0;
    }

    /// <inheritdoc/>
    public void OnEvent(EventRecord e)
    {
        ArgumentNullException.ThrowIfNull(e);
        switch (e.Kind)
        {
            case EventKind.PublishSettled or EventKind.PublishesLost:
                Resolve(e);
                break;
            case EventKind.PublishReturned when !IsOpen(e.Channel, e.FromSequence):
                _failures.Add($"E5 a publish was returned after it was resolved: {e}");
                break;
            case EventKind.ChannelClosed:
                EndChannel(e.Channel, e);
                break;
        }
    }

    /// <inheritdoc/>
    public void OnSession(int number)
    {
        OnEnd(closed: true);
        _open.Clear();
        _last.Clear();
        Open = 0;
    }

    /// <inheritdoc/>
    public void OnEnd(bool closed)
    {
        foreach (var (channel, set) in _open)
        {
            if (closed && set.Count > 0)
            {
                _failures.Add($"E3 channel {channel}: publishes {string.Join(", ", set)} were never resolved");
            }
        }
    }

    private bool IsOpen(ushort channel, ulong sequence) =>
        _open.TryGetValue(channel, out SortedSet<ulong>? set) && set.Contains(sequence);

    private void Resolve(EventRecord e)
    {
        if (e.FromSequence == 0 || e.ToSequence < e.FromSequence)
        {
            _failures.Add($"E3 an empty range: {e}");
            return;
        }

        for (ulong sequence = e.FromSequence; sequence <= e.ToSequence; sequence++)
        {
            if (!_open.TryGetValue(e.Channel, out SortedSet<ulong>? set) || !set.Remove(sequence))
            {
                _failures.Add($"E3 publish {sequence} was resolved twice or never made: {e}");
                return;
            }

            Open--;
        }
    }

    // A new owner of the number counts from 1 again, so nothing of the old one may be left.
    private void EndChannel(ushort channel, EventRecord e)
    {
        if (_open.TryGetValue(channel, out SortedSet<ulong>? set) && set.Count > 0)
        {
            _failures.Add($"E3 channel {channel} ended with publishes {string.Join(", ", set)} unresolved: {e}");
            Open -= set.Count;
            set.Clear();
        }

        _last.Remove(channel);
    }
}
