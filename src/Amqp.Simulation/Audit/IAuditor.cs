using Amqp.Engine.Events;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>
/// Watches a run and keeps its own small model of what must be true. An auditor knows commands and events only, never
/// the session's insides, so a mistake of the session cannot hide in it.
/// </summary>
public interface IAuditor
{
    /// <summary>What was found wrong, each text starting with the id of the property it breaks.</summary>
    IReadOnlyList<string> Failures { get; }

    /// <summary>A command was given.</summary>
    /// <param name="command">The command and its result.</param>
    void OnCommand(CommandRecord command);

    /// <summary>The session told its user something.</summary>
    /// <param name="e">The event.</param>
    void OnEvent(EventRecord e);

    /// <summary>The run is over.</summary>
    /// <param name="closed">Whether the session had been closed by then.</param>
    void OnEnd(bool closed);
}
