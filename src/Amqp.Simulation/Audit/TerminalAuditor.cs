using Amqp.Engine.Events;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>B5: a session ends with one terminal event, and nothing follows it.</summary>
public sealed class TerminalAuditor : IAuditor
{
    private readonly List<string> _failures = [];
    private bool _ended;
    private bool _began;

    /// <inheritdoc/>
    public IReadOnlyList<string> Failures => _failures;

    /// <inheritdoc/>
    public void OnCommand(CommandRecord command)
    {
    }

    /// <inheritdoc/>
    public void OnEvent(EventRecord e)
    {
        ArgumentNullException.ThrowIfNull(e);
        if (_ended)
        {
            _failures.Add($"B5 event after the terminal one: {e}");
        }

        _ended |= e.Kind == EventKind.SessionClosed;
        if (e.Kind == EventKind.SessionClosed && e.Reason is null)
        {
            _failures.Add("B5 the terminal event has no reason");
        }
    }

    /// <inheritdoc/>
    public void OnSession(int number)
    {
        if (!_ended && _began)
        {
            _failures.Add("B5 a new session began while the one before it was not told to be over");
        }

        _began = true;
        _ended = false;
    }

    /// <inheritdoc/>
    public void OnEnd(bool closed)
    {
        if (closed != _ended)
        {
            _failures.Add($"B5 session {(closed ? "closed without" : "not closed, yet there was")} a terminal event");
        }
    }
}
