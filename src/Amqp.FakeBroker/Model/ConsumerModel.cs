namespace Amqp.FakeBroker.Model;

/// <summary>One basic.consume: who receives, from which queue, and how much it may hold unacknowledged.</summary>
internal sealed class ConsumerModel
{
    public required string Tag { get; init; }

    public required QueueModel Queue { get; init; }

    public required ChannelModel Channel { get; init; }

    public required bool NoAck { get; init; }

    public required bool IsExclusive { get; init; }

    public required long Priority { get; init; }

    /// <summary>The per-consumer prefetch in force when the consumer was made; 0 is no limit.</summary>
    public required int Prefetch { get; init; }

    public required Amqp.Engine.Wire.FieldTable Arguments { get; init; }

    /// <summary>Where in a stream the consumer is; of no use elsewhere.</summary>
    public int NextOffset { get; set; }

    public int Unacked { get; set; }

    /// <summary>Set while a prefetch limit keeps the consumer out of its queue's rotation.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>
    /// True when it may be given a message. While the channel's shared limit is reached nothing goes to its consumers
    /// without acknowledgement either, although what they get does not count.
    /// </summary>
    public bool HasRoom => !Channel.Session.IsCongested
        && (NoAck || Prefetch == 0 || Unacked < Prefetch) && (!SharesPrefetch || Channel.HasGlobalRoom);

    /// <summary>
    /// The limit that a channel's consumers share holds for classic queues alone; a consumer that another queue had
    /// before the limit was set goes on without (measured).
    /// </summary>
    public bool SharesPrefetch => Queue.Kind == QueueKind.Classic;
}
