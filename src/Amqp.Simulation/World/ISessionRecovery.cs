using Amqp.Engine.Events;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.World;

/// <summary>
/// What brings a client back when its session is lost. The world's client asks it when to connect again and which steps
/// to run before its own program goes on.
/// </summary>
internal interface ISessionRecovery
{
    /// <summary>The session took a command.</summary>
    void OnCommand(CommandRecord command);

    /// <summary>The session told something.</summary>
    void OnEvent(EventRecord e);

    /// <summary>The session is lost, or an attempt to connect failed.</summary>
    /// <param name="failures">How many attempts have failed in a row since a session was open.</param>
    /// <returns>How long to wait before the next attempt.</returns>
    TimeSpan DelayAfter(int failures);

    /// <summary>The steps that make a new session what the lost one was.</summary>
    IReadOnlyList<Step> Restore();
}
