using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Links;

/// <summary>The behaviour of a link that is not a fault.</summary>
public sealed record LinkOptions
{
    /// <summary>How the broker reads what the client sent.</summary>
    public Chunking ToBroker { get; init; } = Chunking.Whole;

    /// <summary>How the client reads what the broker sent.</summary>
    public Chunking ToClient { get; init; } = Chunking.Whole;

    /// <summary>The time a byte travels, each way; zero or more.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMicroseconds(100);

    /// <summary>A random time from zero up to this is added for each write; the order of the bytes stays.</summary>
    public TimeSpan Jitter { get; init; } = TimeSpan.Zero;

    /// <summary>The time between two reads when the chunking leaves bytes over; zero or more.</summary>
    public TimeSpan ChunkGap { get; init; } = TimeSpan.Zero;

    /// <summary>How many bytes of one direction may be under way or unread before its writer has to wait, as with TCP's
    /// receive window; 0 for no bound.</summary>
    public int ReceiveWindow { get; init; }

    /// <summary>How many bytes a second pass in each direction; 0 for no bound.</summary>
    public int BytesPerSecond { get; init; }

    /// <summary>Whether half of the writes are taken only in part, so that the rest travels by itself.</summary>
    public bool ShortWrites { get; init; }

    /// <summary>The policy of one direction.</summary>
    /// <param name="direction">The direction.</param>
    /// <returns><see cref="ToBroker"/> or <see cref="ToClient"/>.</returns>
    public Chunking For(LinkDirection direction) => direction == LinkDirection.ToBroker ? ToBroker : ToClient;
}
