namespace Amqp.Engine.Session;

/// <summary>A readable picture of a session, for logs, traces and checkers. Holds no secret.</summary>
/// <param name="State">The connection's state.</param>
/// <param name="Tuning">What was negotiated, once it was.</param>
/// <param name="Deadline">The next deadline and its reason.</param>
/// <param name="IsBlocked">Whether the broker has blocked the connection.</param>
/// <param name="OpenChannels">How many channels are in use, in whatever state.</param>
/// <param name="PendingCalls">How many calls await their completion.</param>
/// <param name="UnsettledPublishes">How many publishes await their settlement.</param>
/// <param name="Channels">One line a channel: number, state, calls, unsettled publishes.</param>
public sealed record SessionSnapshot(
    ConnectionState State,
    NegotiatedTuning? Tuning,
    Deadline Deadline,
    bool IsBlocked,
    int OpenChannels,
    int PendingCalls,
    int UnsettledPublishes,
    string Channels);
