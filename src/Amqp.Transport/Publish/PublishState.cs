namespace Amqp.Transport.Publish;

/// <summary>Where a publish stands that its caller waits for.</summary>
internal enum PublishState
{
    /// <summary>In the pool, or done.</summary>
    Idle,

    /// <summary>Waits for room; not encoded yet.</summary>
    Waiting,

    /// <summary>Encoded; waits for its confirm.</summary>
    Sent,
}
