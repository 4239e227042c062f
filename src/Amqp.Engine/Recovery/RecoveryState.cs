namespace Amqp.Engine.Recovery;

/// <summary>Where a connection that recovers stands.</summary>
public enum RecoveryState
{
    /// <summary>It connects for the first time.</summary>
    Connecting,

    /// <summary>It works.</summary>
    Ready,

    /// <summary>It works, but the broker takes no publishes for now.</summary>
    Blocked,

    /// <summary>It was lost, and is made again, or its topology is.</summary>
    Recovering,

    /// <summary>It is over, for good.</summary>
    Closed,
}
