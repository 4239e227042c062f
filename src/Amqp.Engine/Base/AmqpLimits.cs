namespace Amqp.Engine.Base;

/// <summary>
/// Every limit on what a peer, or a caller that does not wait, can make grow. Immutable and therefore thread-safe.
/// </summary>
public sealed record AmqpLimits
{
    /// <summary>The deepest nesting of tables and arrays that any configuration allows.</summary>
    public const int HighestTableDepth = 128;

    /// <summary>
    /// The smallest frame size that both sides must accept, in bytes (AMQP 0-9-1 §4.2.3, frame-min-size).
    /// </summary>
    public const int LowestFrameSize = 4096;

    /// <summary>The defaults.</summary>
    public static AmqpLimits Default { get; } = new();

    /// <summary>The largest frame in bytes, its 8 bytes of overhead included; 4096 to 1 GiB.</summary>
    public int MaxFrameSize { get; init; } = 131_072;

    /// <summary>The largest message body in bytes; 0 or more.</summary>
    public long MaxBodySize { get; init; } = 134_217_728;

    /// <summary>How deep field tables and arrays may nest; 1 is a flat table; 1 to 128.</summary>
    public int MaxTableDepth { get; init; } = 32;

    /// <summary>
    /// How many entries one field table may hold, those of nested tables and arrays included; 0 or more.
    /// </summary>
    public int MaxTableEntries { get; init; } = 4096;

    /// <summary>How many channels may be open; 1 to 65535.</summary>
    public int MaxChannels { get; init; } = 2047;

    /// <summary>How many calls may wait for their reply on one channel; 1 or more.</summary>
    public int MaxPendingCalls { get; init; } = 1024;

    /// <summary>How many publishes may await their confirm on one channel; 1 or more.</summary>
    public int MaxUnsettledPublishes { get; init; } = 131_072;

    /// <summary>How many events may wait to be drained; 1 or more.</summary>
    public int MaxPendingEvents { get; init; } = 65_536;

    /// <summary>How many bytes may wait to be sent; 4096 or more.</summary>
    public int MaxOutgoingBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// How many bytes of received messages may wait for handlers on one connection when no prefetch bounds them; one
    /// message may exceed it by its own size. Beyond it the transport pauses reading; 1 or more.
    /// </summary>
    public int MaxBufferedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Throws when a limit is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A limit is out of range; the exception names the field.
    /// </exception>
    public void Validate()
    {
        Check(MaxFrameSize, LowestFrameSize, 1 << 30, nameof(MaxFrameSize));
        Check(MaxBodySize, 0, long.MaxValue, nameof(MaxBodySize));
        Check(MaxTableDepth, 1, HighestTableDepth, nameof(MaxTableDepth));
        Check(MaxTableEntries, 0, int.MaxValue, nameof(MaxTableEntries));
        Check(MaxChannels, 1, ushort.MaxValue, nameof(MaxChannels));
        Check(MaxPendingCalls, 1, int.MaxValue, nameof(MaxPendingCalls));
        Check(MaxUnsettledPublishes, 1, int.MaxValue, nameof(MaxUnsettledPublishes));
        Check(MaxPendingEvents, 1, int.MaxValue, nameof(MaxPendingEvents));
        Check(MaxOutgoingBytes, LowestFrameSize, int.MaxValue, nameof(MaxOutgoingBytes));
        Check(MaxBufferedBytes, 1, int.MaxValue, nameof(MaxBufferedBytes));
    }

    private static void Check(long value, long lowest, long highest, string name)
    {
        if (value < lowest || value > highest)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {lowest} to {highest}.");
        }
    }
}
