using Amqp.Engine.Wire;
using Amqp.FakeBroker.Policies;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// What holds for a queue: its arguments, the policy that matches it and the operator's. Of several numbers the lowest
/// holds, and a delivery limit before the absence of one (below 0); of several texts the argument's, then the policy's,
/// but for the overflow of a quorum queue, where the policy goes first (measured) and reject-publish-dlx is none that
/// it knows.
/// </summary>
internal sealed class QueueSettings
{
    public QueueSettings(
        BrokerProfile profile,
        QueueKind kind,
        FieldTable arguments,
        BrokerPolicy? policy,
        BrokerPolicy? operatorPolicy)
    {
        Policy = policy;
        OperatorPolicy = operatorPolicy;
        MaxLength = Lower(arguments, "max-length") ?? long.MaxValue;
        MaxLengthBytes = Lower(arguments, "max-length-bytes") ?? long.MaxValue;
        TimeToLive = Span(arguments, "message-ttl");
        Expires = Span(arguments, "expires");
        DeliveryLimit = Lower(arguments, "delivery-limit", least: 0) ?? Lower(arguments, "delivery-limit");
        DeadLetterExchange = Text(arguments, "dead-letter-exchange");
        DeadLetterRoutingKey = Text(arguments, "dead-letter-routing-key");
        string? overflow = kind == QueueKind.Quorum ? PolicyText("overflow") : null;
        Overflow = (overflow ?? Text(arguments, "overflow")) switch
        {
            "reject-publish" => OverflowKind.RejectPublish,
            "reject-publish-dlx" when kind != QueueKind.Quorum => OverflowKind.RejectPublishDeadLetter,
            _ => OverflowKind.DropHead,
        };
        HasSingleActiveConsumer = arguments.TryGet("x-single-active-consumer", out FieldValue single)
            && single.AsBoolean();
        MaxPriority = Integer(arguments, "x-max-priority") is { } highest
            ? (int)Math.Max(highest, profile.LeastMaxPriority)
            : 0;
    }

    public BrokerPolicy? Policy { get; }

    public BrokerPolicy? OperatorPolicy { get; }

    /// <summary>Most ready messages; <see cref="long.MaxValue"/> when unlimited.</summary>
    public long MaxLength { get; }

    /// <summary>Most octets of ready bodies; <see cref="long.MaxValue"/> when unlimited.</summary>
    public long MaxLengthBytes { get; }

    public bool HasLimit => MaxLength != long.MaxValue || MaxLengthBytes != long.MaxValue;

    public OverflowKind Overflow { get; }

    /// <summary>How long a message lives, in milliseconds; null for ever.</summary>
    public long? TimeToLive { get; }

    /// <summary>How long the queue lives unused, in milliseconds; null for ever.</summary>
    public long? Expires { get; }

    /// <summary>How often a message may come back; null for the profile's limit.</summary>
    public long? DeliveryLimit { get; }

    public string? DeadLetterExchange { get; }

    public string? DeadLetterRoutingKey { get; }

    public bool HasSingleActiveConsumer { get; }

    /// <summary>The highest priority told apart; 0 when the queue has none.</summary>
    public int MaxPriority { get; }

    /// <summary>What both policies say together; arguments are not among it.</summary>
    public FieldTable PolicyDefinition()
    {
        FieldTable merged = Policy?.Definition ?? FieldTable.Empty;
        foreach ((string key, FieldValue value) in OperatorPolicy?.Definition ?? FieldTable.Empty)
        {
            bool isBound = !merged.TryGet(key, out FieldValue own)
                || (FieldFacts.TryInteger(value, out long bound) && FieldFacts.TryInteger(own, out long number)
                    && bound < number);
            merged = isBound ? merged.With(key, value) : merged;
        }

        return merged;
    }

    /// <summary>The lowest of the numbers that are not below a least one.</summary>
    private long? Lower(FieldTable arguments, string key, long least = long.MinValue)
    {
        long? lowest = null;
        ReadOnlySpan<long?> numbers =
        [
            Integer(arguments, "x-" + key), Integer(Policy?.Definition, key), Integer(OperatorPolicy?.Definition, key),
        ];
        foreach (long? number in numbers)
        {
            lowest = number >= least && (lowest is null || number < lowest) ? number : lowest;
        }

        return lowest;
    }

    /// <summary>A policy may name any number of milliseconds; no clock goes that far.</summary>
    private long? Span(FieldTable arguments, string key) =>
        Lower(arguments, key) is { } milliseconds ? Math.Min(milliseconds, MessageRules.MaxMilliseconds) : null;

    private string? Text(FieldTable arguments, string key) =>
        arguments.TryGet("x-" + key, out FieldValue value) && value.Type == FieldType.LongString
            ? value.AsString()
            : PolicyText(key);

    private string? PolicyText(string key) =>
        PolicyTable.Text(Policy, key) ?? PolicyTable.Text(OperatorPolicy, key);

    private static long? Integer(FieldTable? table, string key) =>
        table is not null && table.TryGet(key, out FieldValue value)
            && FieldFacts.TryInteger(value, out long number)
            ? number
            : null;
}
