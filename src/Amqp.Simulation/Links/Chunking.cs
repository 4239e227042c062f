using Amqp.Engine.Base;

namespace Amqp.Simulation.Links;

/// <summary>The way a byte stream is cut into reads. A reader must behave the same under all of them.</summary>
/// <param name="Kind">The policy.</param>
/// <param name="Size">For <see cref="ChunkingKind.FixedSize"/>: the bytes in each read, at least 1.</param>
/// <param name="Window">For <see cref="ChunkingKind.Coalesce"/>: the length of the time window.</param>
public sealed record Chunking(ChunkingKind Kind, int Size = 0, TimeSpan Window = default)
{
    /// <summary>All that has arrived, at once.</summary>
    public static Chunking Whole { get; } = new(ChunkingKind.Whole);

    /// <summary>One byte at a time.</summary>
    public static Chunking OneByte { get; } = new(ChunkingKind.OneByte);

    /// <summary>A random prefix half of the times.</summary>
    public static Chunking RandomPrefix { get; } = new(ChunkingKind.RandomPrefix);

    /// <summary>Reads of <paramref name="size"/> bytes.</summary>
    /// <param name="size">At least 1.</param>
    /// <returns>The policy.</returns>
    public static Chunking FixedSize(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        return new Chunking(ChunkingKind.FixedSize, size);
    }

    /// <summary>Bytes that arrive within one window come together at its end.</summary>
    /// <param name="window">The length of a window, above zero.</param>
    /// <returns>The policy.</returns>
    public static Chunking Coalesce(TimeSpan window)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(window, TimeSpan.Zero);
        return new Chunking(ChunkingKind.Coalesce, 0, window);
    }

    /// <summary>How many of the bytes that have arrived the next read gets.</summary>
    internal int Next(int available, KeyedRandom random) => Kind switch
    {
        ChunkingKind.OneByte => 1,
        ChunkingKind.FixedSize => Math.Min(available, Size),
        ChunkingKind.RandomPrefix => random.Half() ? available : 1 + random.Next(available),
        _ => available,
    };

    /// <summary>When bytes that reach the other side at <paramref name="arrival"/> can be read.</summary>
    internal MonoTime ReadableAt(MonoTime arrival)
    {
        if (Kind != ChunkingKind.Coalesce)
        {
            return arrival;
        }

        long window = Window.Ticks;
        return new MonoTime((arrival.Ticks + window - 1) / window * window);
    }
}
