using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>
/// B6: each call that the session accepted is completed or failed exactly once, by the end of its session at the
/// latest.
/// </summary>
public sealed class CompletionAuditor : IAuditor
{
    private readonly List<string> _failures = [];
    private readonly Dictionary<ulong, (CommandRecord Command, int Completions)> _calls = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>How many calls have no completion yet.</summary>
    public int Open { get; private set; }

    /// <inheritdoc/>
    public void OnCommand(CommandRecord command)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Request == default)
        {
            return;
        }

        if (command.Result != CommandResult.Ok)
        {
            _failures.Add($"B6 a refused command has a request: {command}");
        }
        else if (_calls.TryAdd(command.Request.Value, (command, 0)))
        {
            Open++;
        }
        else
        {
            _failures.Add($"B6 request {command.Request.Value} was given out twice: {command}");
        }
    }

    /// <inheritdoc/>
    public void OnEvent(EventRecord e)
    {
        ArgumentNullException.ThrowIfNull(e);
        if (e.Kind is not (EventKind.CallCompleted or EventKind.CallFailed or EventKind.GetOk))
        {
            return;
        }

        if (!_calls.TryGetValue(e.Request.Value, out var call))
        {
            _failures.Add($"B6 completion of a request nobody made: {e}");
            return;
        }

        Open -= call.Completions == 0 ? 1 : 0;
        _calls[e.Request.Value] = call with { Completions = call.Completions + 1 };
        if (call.Completions > 0)
        {
            _failures.Add($"B6 request {e.Request.Value} completed twice, now by {e}");
        }

        if (e.Kind == EventKind.CallFailed && e.Reason is null)
        {
            _failures.Add($"B6 a failed call has no reason: {e}");
        }
    }

    /// <inheritdoc/>
    public void OnSession(int number)
    {
        Settle();
        _calls.Clear();
        Open = 0;
    }

    /// <inheritdoc/>
    public void OnEnd(bool closed)
    {
        if (closed)
        {
            Settle();
        }
    }

    private void Settle()
    {
        foreach (var (id, call) in _calls)
        {
            if (call.Completions == 0)
            {
                _failures.Add($"B6 request {id} was forgotten: {call.Command}");
            }
        }
    }
}
