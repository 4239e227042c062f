namespace Amqp.Engine.Recovery;

/// <summary>What happens when something cannot be restored and trying again later will not help, such as a queue that
/// exists with other arguments (406).</summary>
public enum TopologyFailurePolicy
{
    /// <summary>The connection closes and says what failed.</summary>
    Close,

    /// <summary>The connection works without it, and reports it.</summary>
    Continue,

    /// <summary>Like what may help itself: tried again, and after
    /// <see cref="RecoveryPolicy.MaxTopologyAttempts"/> the connection closes.</summary>
    Retry,
}
