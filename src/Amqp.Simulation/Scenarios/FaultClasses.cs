namespace Amqp.Simulation.Scenarios;

/// <summary>
/// What may go wrong in generated worlds, by class. Each world switches whole classes off, so that some worlds hold
/// much of one thing, which a mixture of everything never does.
/// </summary>
[Flags]
public enum FaultClasses
{
    /// <summary>Nothing goes wrong.</summary>
    None = 0,

    /// <summary>The first connection is cut at a byte.</summary>
    FirstCut = 1,

    /// <summary>Connections are cut at a byte, at a place of the protocol or at a time.</summary>
    Cuts = 1 << 1,

    /// <summary>The link is clogged, held, parted or frozen for a while.</summary>
    Clogs = 1 << 2,

    /// <summary>Attempts to connect fail in every way.</summary>
    Connects = 1 << 3,

    /// <summary>The broker crashes or is restarted.</summary>
    Restarts = 1 << 4,

    /// <summary>Confirms come late, not at all for a while, or as refusals; publishes come back.</summary>
    Confirms = 1 << 5,

    /// <summary>Memory and disk alarms.</summary>
    Alarms = 1 << 6,

    /// <summary>Consumers are cancelled and queues deleted by the broker.</summary>
    Removals = 1 << 7,

    /// <summary>The broker closes connections, or sends no heartbeats.</summary>
    Closes = 1 << 8,

    /// <summary>The broker sends bytes that break the protocol.</summary>
    Hostile = 1 << 9,

    /// <summary>Clocks drift and jump.</summary>
    Clocks = 1 << 10,

    /// <summary>Small receive windows, slow links and short writes.</summary>
    Narrow = 1 << 11,

    /// <summary>Everything.</summary>
    All = (1 << 12) - 1,
}
