using Amqp.Engine.Events;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
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

    /// <summary>A new session begins; the one before it, if there was one, has ended.</summary>
    /// <param name="number">Which attempt to connect it is, from 1.</param>
    void OnSession(int number)
    {
    }

    /// <summary>Something happened to a message in the broker.</summary>
    /// <param name="e">What.</param>
    void OnBroker(in BrokerEvent e)
    {
    }

    /// <summary>A fault was set.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="happened">Whether it has happened already; a cut may wait for its place.</param>
    void OnFault(BrokerFault fault, bool happened)
    {
    }

    /// <summary>The faults are over and everything has settled; the connection is still open.</summary>
    /// <param name="broker">The broker, to look at.</param>
    void OnSettled(BrokerCore broker)
    {
    }

    /// <summary>The run is over, and the streams of closed sessions are ended for the broker, too.</summary>
    /// <param name="broker">The broker, to look at.</param>
    /// <param name="isStuck">Whether it ended because nothing got on.</param>
    void OnFinish(BrokerCore broker, bool isStuck)
    {
    }

    /// <summary>The run is over.</summary>
    /// <param name="closed">Whether the session had been closed by then.</param>
    void OnEnd(bool closed);
}
