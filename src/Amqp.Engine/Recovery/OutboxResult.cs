namespace Amqp.Engine.Recovery;

/// <summary>What became of a message that was given to an outbox.</summary>
public enum OutboxResult
{
    /// <summary>It is in the outbox.</summary>
    Taken,

    /// <summary>It was not taken: try again when a message was settled, or when the connection is ready.</summary>
    MustWait,

    /// <summary>It was not taken, and waiting is not wanted.</summary>
    Refused,
}
