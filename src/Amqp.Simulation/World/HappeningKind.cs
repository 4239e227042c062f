namespace Amqp.Simulation.World;

/// <summary>What a <see cref="Happening"/> is.</summary>
internal enum HappeningKind
{
    /// <summary>One side of a link may read.</summary>
    Link,

    /// <summary>A session may have a deadline.</summary>
    SessionTimer,

    /// <summary>The broker may have a deadline.</summary>
    BrokerTimer,

    /// <summary>The user of the client goes on.</summary>
    Client,

    /// <summary>What a client wrote leaves, later than it might have.</summary>
    Flush,

    /// <summary>A client connects.</summary>
    Connect,

    /// <summary>An attempt to connect is given up.</summary>
    ConnectTimeout,

    /// <summary>A planned fault is due.</summary>
    Fault,

    /// <summary>A cut by time is due.</summary>
    Cut,

    /// <summary>A broker that is down comes back.</summary>
    BrokerUp,

    /// <summary>The faults are over.</summary>
    Heal,
}
