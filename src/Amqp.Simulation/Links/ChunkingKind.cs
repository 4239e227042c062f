namespace Amqp.Simulation.Links;

/// <summary>How a direction of a link hands over the bytes that have arrived.</summary>
public enum ChunkingKind
{
    /// <summary>All that has arrived, at once.</summary>
    Whole,

    /// <summary>One byte at a time.</summary>
    OneByte,

    /// <summary>A fixed number of bytes at a time.</summary>
    FixedSize,

    /// <summary>Half of the times all that has arrived, otherwise a prefix of random length.</summary>
    RandomPrefix,

    /// <summary>Bytes wait for the end of a time window and come together.</summary>
    Coalesce,
}
