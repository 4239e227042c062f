namespace Amqp.Engine.Session;

/// <summary>The session's timers. Of two that are due at the same moment the earlier in this list fires, and is the one
/// that <see cref="Deadline.Why"/> names.</summary>
public enum TimerKind
{
    /// <summary>No timer.</summary>
    None,

    /// <summary>When to give up a handshake that does not end.</summary>
    Handshake,

    /// <summary>When to give up waiting for <c>connection.close-ok</c>.</summary>
    CloseReply,

    /// <summary>When to give up a connection that the broker keeps blocked.</summary>
    Blocked,

    /// <summary>When to take a silent peer for dead.</summary>
    HeartbeatReceive,

    /// <summary>When to look whether something was sent lately, and to send a heartbeat if not.</summary>
    HeartbeatSend,
}
