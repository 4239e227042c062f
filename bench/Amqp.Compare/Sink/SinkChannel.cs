namespace Amqp.Compare.Sink;

/// <summary>One channel as the sink sees it.</summary>
internal sealed class SinkChannel(ushort number)
{
    /// <summary>The channel number.</summary>
    public ushort Number { get; } = number;

    /// <summary>What must come next.</summary>
    public SinkContent Expects { get; set; }

    /// <summary>The declared size of the body being read.</summary>
    public long BodySize { get; set; }

    /// <summary>Its bytes still to come.</summary>
    public long BodyMissing { get; set; }

    /// <summary>Whether publishes are confirmed.</summary>
    public bool Confirms { get; set; }

    /// <summary>Publishes so far, which is the last sequence number.</summary>
    public ulong PublishSequence { get; set; }

    /// <summary>The last sequence number that was acknowledged.</summary>
    public ulong ConfirmedSequence { get; set; }

    /// <summary>The prefetch; 0 is no limit.</summary>
    public ushort Prefetch { get; set; }

    /// <summary>Whether a consumer is there.</summary>
    public bool Consuming { get; set; }

    /// <summary>Whether the consumer acknowledges.</summary>
    public bool NoAck { get; set; }

    /// <summary>The consumer tag.</summary>
    public string ConsumerTag { get; set; } = "";

    /// <summary>The body size to flood with, or -1 for a consumer of echoes.</summary>
    public int FloodSize { get; set; } = -1;

    /// <summary>Whether it waits for its turn to get a flooded message.</summary>
    public bool IsFlooding { get; set; }

    /// <summary>The last delivery tag used.</summary>
    public ulong LastTag { get; set; }

    /// <summary>Every delivery tag up to here is acknowledged.</summary>
    public ulong AckedTag { get; set; }

    /// <summary>One whole flooded message, to copy from; only its delivery tag changes.</summary>
    public byte[] Template { get; set; } = [];

    /// <summary>Where the delivery tag is in <see cref="Template"/>.</summary>
    public int TemplateTagOffset { get; set; }

    /// <summary>Whether one more flooded message may go out.</summary>
    public bool MayFlood =>
        Consuming && FloodSize >= 0 && (NoAck || Prefetch == 0 || LastTag - AckedTag < Prefetch);
}
