namespace Amqp.Engine.Recovery;

/// <summary>What publishing does while the connection is not ready.</summary>
public enum OutboxMode
{
    /// <summary>It waits.</summary>
    Wait,

    /// <summary>It fails at once.</summary>
    Fail,

    /// <summary>The message is taken while the outbox has room; then it fails.</summary>
    Buffer,
}
