namespace Amqp.Simulation.World;

/// <summary>
/// Places in the world's drivers and links where something is allowed to happen that hardly ever does. A site that is
/// armed does it in one case of four. As data the armed ones are printed, shrunk and kept.
/// </summary>
[Flags]
public enum BuggifySites
{
    /// <summary>Nothing out of the ordinary.</summary>
    None = 0,

    /// <summary>A session is told the time before its deadline.</summary>
    EarlyTimers = 1 << 0,

    /// <summary>A session is told the time of its deadline twice.</summary>
    RepeatedTimers = 1 << 1,

    /// <summary>A session gets a read of nothing.</summary>
    EmptyReads = 1 << 2,

    /// <summary>A session gets a read in segments of one byte.</summary>
    TinySegments = 1 << 3,

    /// <summary>What a session wrote leaves a little later, with what it writes until then.</summary>
    LateFlushes = 1 << 4,

    /// <summary>The broker is told the time before its deadline.</summary>
    EarlyBrokerTimers = 1 << 5,

    /// <summary>The broker gets a read in two.</summary>
    SplitBrokerReads = 1 << 6,

    /// <summary>Bytes take much longer than the link's latency.</summary>
    SlowTail = 1 << 7,

    /// <summary>A reader is told of bytes when there are none.</summary>
    SpuriousReads = 1 << 8,
}
