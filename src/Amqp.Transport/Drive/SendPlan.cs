namespace Amqp.Transport.Drive;

/// <summary>What the caller of a command does about the output, once it has left the gate.</summary>
internal enum SendPlan
{
    /// <summary>Nothing: there is no output, or somebody is sending and will take it along.</summary>
    None,

    /// <summary>Send from the calling thread.</summary>
    Inline,

    /// <summary>Have the pool send.</summary>
    Queue,
}
