using Amqp.Engine.Wire;

namespace Amqp.Engine.Arguments;

/// <summary>RabbitMQ's arguments of <c>queue.declare</c>, typed. Immutable. It converts to the table that
/// <c>DeclareQueueAsync</c> and <see cref="Spec.QueueDeclare"/> take; what it has no member for goes into <see
/// cref="Further"/>.</summary>
/// <remarks>Source: RabbitMQ's documentation of queues, TTL, length limits, dead-lettering, quorum queues and
/// streams; the ranges were measured on 3.10.8.</remarks>
public sealed record QueueArguments
{
    // RabbitMQ's bound on times: ten years in milliseconds.
    private const long LongestMilliseconds = 315_360_000_000;

    /// <summary>The kind of queue.</summary>
    public QueueType Type { get; init; }

    /// <summary>How long a message may stay; zero delivers at once or not at all; at most ten years, in whole
    /// milliseconds.</summary>
    public TimeSpan? MessageTtl { get; init; }

    /// <summary>How long the queue stays without use; more than zero, at most ten years, in whole
    /// milliseconds.</summary>
    public TimeSpan? Expires { get; init; }

    /// <summary>The most ready messages, 0 or more.</summary>
    public long? MaxLength { get; init; }

    /// <summary>The most bytes of ready bodies, 0 or more.</summary>
    public long? MaxLengthBytes { get; init; }

    /// <summary>What a full queue does.</summary>
    public QueueOverflow? Overflow { get; init; }

    /// <summary>Where dropped, expired and rejected messages go; empty is the default exchange.</summary>
    public string? DeadLetterExchange { get; init; }

    /// <summary>The routing key of dead-lettered messages; null keeps each one's own. Needs
    /// <see cref="DeadLetterExchange"/>.</summary>
    public string? DeadLetterRoutingKey { get; init; }

    /// <summary>How surely a quorum queue dead-letters.</summary>
    public DeadLetterStrategy? DeadLetterStrategy { get; init; }

    /// <summary>The highest priority of a classic queue, 1 to 255; a few are enough.</summary>
    public byte? MaxPriority { get; init; }

    /// <summary>Whether one consumer at a time gets messages.</summary>
    public bool SingleActiveConsumer { get; init; }

    /// <summary>How often a quorum queue delivers a message before it gives it up; -1 is unlimited from RabbitMQ 4.0
    /// on.</summary>
    public int? DeliveryLimit { get; init; }

    /// <summary>How long a stream keeps messages, in whole seconds, more than zero.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>The size of a stream's files in bytes, more than zero.</summary>
    public long? MaxSegmentBytes { get; init; }

    /// <summary>How many nodes keep a quorum queue or a stream at first, 1 or more.</summary>
    public int? InitialClusterSize { get; init; }

    /// <summary>Where the leader of a quorum queue or a stream is placed: <c>client-local</c> or
    /// <c>balanced</c>.</summary>
    public string? LeaderLocator { get; init; }

    /// <summary>Everything else, as it is to be sent. A key that a member above sets must not be in it.</summary>
    public FieldTable Further { get; init; } = FieldTable.Empty;

    /// <summary>Converts, see <see cref="ToTable"/>.</summary>
    /// <param name="arguments">The arguments.</param>
    public static implicit operator FieldTable(QueueArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.ToTable();
    }

    /// <summary>Makes the table.</summary>
    /// <returns>Only what is set.</returns>
    /// <exception cref="ArgumentException">A member is out of its range, or does not go with another; the text names
    /// both.</exception>
    public FieldTable ToTable()
    {
        Validate();
        var table = new ArgumentTable();
        table.Add("x-queue-type", Type == QueueType.Default ? null : Type.ToString().ToLowerInvariant());
        table.Add("x-message-ttl", Milliseconds(MessageTtl));
        table.Add("x-expires", Milliseconds(Expires));
        table.Add("x-max-length", MaxLength);
        table.Add("x-max-length-bytes", MaxLengthBytes);
        table.Add("x-overflow", Overflow switch
        {
            null => null,
            QueueOverflow.DropHead => "drop-head",
            QueueOverflow.RejectPublish => "reject-publish",
            _ => "reject-publish-dlx",
        });
        table.Add("x-dead-letter-exchange", DeadLetterExchange);
        table.Add("x-dead-letter-routing-key", DeadLetterRoutingKey);
        table.Add("x-dead-letter-strategy", DeadLetterStrategy switch
        {
            null => null,
            Arguments.DeadLetterStrategy.AtMostOnce => "at-most-once",
            _ => "at-least-once",
        });
        table.Add("x-max-priority", MaxPriority);
        table.Add("x-single-active-consumer", SingleActiveConsumer);
        table.Add("x-delivery-limit", DeliveryLimit);
        table.Add("x-max-age", MaxAge is { } age ? $"{(long)age.TotalSeconds}s" : null);
        table.Add("x-stream-max-segment-size-bytes", MaxSegmentBytes);
        table.Add("x-initial-cluster-size", InitialClusterSize);
        table.Add("x-queue-leader-locator", LeaderLocator);
        return table.With(Further, nameof(Further));
    }

    private void Validate()
    {
        RequireDuration(MessageTtl, nameof(MessageTtl), fromZero: true);
        RequireDuration(Expires, nameof(Expires), fromZero: false);
        Require(MaxLength is null or >= 0, nameof(MaxLength), "must be 0 or more");
        Require(MaxLengthBytes is null or >= 0, nameof(MaxLengthBytes), "must be 0 or more");
        Require(MaxPriority is not 0, nameof(MaxPriority), "must be from 1 to 255");
        Require(DeliveryLimit is null or >= -1, nameof(DeliveryLimit), "must be -1 or more");
        Require(MaxSegmentBytes is null or > 0, nameof(MaxSegmentBytes), "must be more than zero");
        Require(InitialClusterSize is null or > 0, nameof(InitialClusterSize), "must be 1 or more");
        Require(
            MaxAge is null || (MaxAge > TimeSpan.Zero && MaxAge.Value.Ticks % TimeSpan.TicksPerSecond == 0),
            nameof(MaxAge),
            "must be whole seconds, more than zero");
        Require(
            DeadLetterRoutingKey is null || DeadLetterExchange is not null,
            nameof(DeadLetterRoutingKey),
            "needs a DeadLetterExchange");
        Require(
            DeadLetterStrategy != Arguments.DeadLetterStrategy.AtLeastOnce || Overflow == QueueOverflow.RejectPublish,
            nameof(DeadLetterStrategy),
            "AtLeastOnce needs the Overflow RejectPublish");
        RequireType(MaxPriority is not null, nameof(MaxPriority), QueueType.Classic);
        RequireType(Overflow == QueueOverflow.RejectPublishDeadLetter, nameof(Overflow), QueueType.Classic);
        RequireType(DeliveryLimit is not null, nameof(DeliveryLimit), QueueType.Quorum);
        RequireType(DeadLetterStrategy is not null, nameof(DeadLetterStrategy), QueueType.Quorum);
        RequireType(MaxAge is not null, nameof(MaxAge), QueueType.Stream);
        RequireType(MaxSegmentBytes is not null, nameof(MaxSegmentBytes), QueueType.Stream);
    }

    // The default type may be any, so it is left to the broker.
    private void RequireType(bool isSet, string name, QueueType type) => Require(
        !isSet || Type == type || Type == QueueType.Default, name, $"is for {type} queues, and the Type is {Type}");

    private static void RequireDuration(TimeSpan? value, string name, bool fromZero) => Require(
        value is null
            || ((fromZero ? value >= TimeSpan.Zero : value > TimeSpan.Zero)
                && value.Value.Ticks % TimeSpan.TicksPerMillisecond == 0
                && value.Value.Ticks / TimeSpan.TicksPerMillisecond <= LongestMilliseconds),
        name,
        $"must be whole milliseconds, {(fromZero ? "0 or more" : "more than zero")} and at most ten years");

    private static long? Milliseconds(TimeSpan? value) => value?.Ticks / TimeSpan.TicksPerMillisecond;

    private static void Require(bool condition, string name, string what)
    {
        if (!condition)
        {
            throw new ArgumentException($"{name} {what}.", name);
        }
    }
}
