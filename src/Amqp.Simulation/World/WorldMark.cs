namespace Amqp.Simulation.World;

/// <summary>
/// Places that a world may reach. A test runs many worlds and asks that each mark is hit, so that a class of worlds
/// that became impossible is noticed.
/// </summary>
public enum WorldMark
{
    /// <summary>A connection was accepted by the broker.</summary>
    Accepted,

    /// <summary>A connection was refused.</summary>
    ConnectRefused,

    /// <summary>Nobody answered an attempt to connect.</summary>
    ConnectHung,

    /// <summary>A connection was reset as soon as it was accepted.</summary>
    ConnectReset,

    /// <summary>Something that is no broker accepted and answered.</summary>
    ConnectedToGarbage,

    /// <summary>Something accepted and said nothing.</summary>
    ConnectedToMute,

    /// <summary>A session opened again after one was lost.</summary>
    Reconnected,

    /// <summary>A session was lost while it restored what the one before it had.</summary>
    LostWhileRestoring,

    /// <summary>A session ended before it was open.</summary>
    LostInHandshake,

    /// <summary>A link was cut in order.</summary>
    CutByFin,

    /// <summary>A link was reset.</summary>
    CutByReset,

    /// <summary>A link fell silent.</summary>
    CutBySilence,

    /// <summary>A link fell silent one way.</summary>
    CutOneWay,

    /// <summary>A cut found its place in the protocol.</summary>
    CutAtPlace,

    /// <summary>A peer was given up for its silence.</summary>
    HeartbeatTimeout,

    /// <summary>The client had to wait for room in the receive window.</summary>
    ClientWaitsForRoom,

    /// <summary>The broker had to wait for room in the receive window.</summary>
    BrokerWaitsForRoom,

    /// <summary>The broker stopped reading for an alarm.</summary>
    BrokerStopsReading,

    /// <summary>The client was told that it is blocked.</summary>
    Blocked,

    /// <summary>A link was clogged or held.</summary>
    Held,

    /// <summary>The network was parted.</summary>
    Parted,

    /// <summary>The broker crashed.</summary>
    Crashed,

    /// <summary>The broker was restarted in order.</summary>
    Restarted,

    /// <summary>A publish was made again after its session was lost.</summary>
    PublishedAgain,

    /// <summary>A publish was refused.</summary>
    Nacked,

    /// <summary>A publish came back.</summary>
    Returned,

    /// <summary>Publishes were lost with their session or channel.</summary>
    PublishesLost,

    /// <summary>A message was delivered again.</summary>
    Redelivered,

    /// <summary>The broker cancelled a consumer.</summary>
    ConsumerCancelled,

    /// <summary>The broker closed a channel.</summary>
    ChannelClosedByBroker,

    /// <summary>The broker closed the connection.</summary>
    ClosedByBroker,

    /// <summary>The broker broke the protocol.</summary>
    Violation,

    /// <summary>A transaction was committed.</summary>
    Committed,

    /// <summary>A clock jumped.</summary>
    ClockStepped,

    /// <summary>The faults ended by themselves while steps were left.</summary>
    HealedByTime,

    /// <summary>A message was lost with a crash as it was not durable.</summary>
    TransientLost,
}
