using System.Collections.Immutable;
using Amqp.Engine.Wire;

namespace Amqp.FakeBroker;

/// <summary>A queue at a moment. Immutable, safe to share.</summary>
public sealed record QueueInfo
{
    /// <summary>The virtual host.</summary>
    public required string VirtualHost { get; init; }

    /// <summary>The queue's name.</summary>
    public required string Name { get; init; }

    /// <summary>"classic", "quorum" or "stream".</summary>
    public required string Type { get; init; }

    /// <summary>True when it survives a restart.</summary>
    public required bool IsDurable { get; init; }

    /// <summary>True when it goes with its last consumer.</summary>
    public required bool IsAutoDelete { get; init; }

    /// <summary>The number of the connection an exclusive queue belongs to; null for a shared one.</summary>
    public required ulong? ExclusiveOwner { get; init; }

    /// <summary>The arguments it was declared with.</summary>
    public required FieldTable Arguments { get; init; }

    /// <summary>Messages that wait for a consumer.</summary>
    public required int Ready { get; init; }

    /// <summary>Messages handed out and not acknowledged.</summary>
    public required int Unacknowledged { get; init; }

    /// <summary>Octets of the ready bodies.</summary>
    public required long ReadyOctets { get; init; }

    /// <summary>Octets of the bodies handed out and not acknowledged.</summary>
    public long UnacknowledgedOctets { get; init; }

    /// <summary>
    /// The tag of the consumer that alone is served, null when there is none or all are.
    /// </summary>
    public string? SingleActiveConsumer { get; init; }

    /// <summary>The consumers in the order they came.</summary>
    public required ImmutableArray<ConsumerInfo> Consumers { get; init; }

    /// <summary>The policy that holds for it; null for none.</summary>
    public required string? Policy { get; init; }

    /// <summary>The operator policy that holds for it; null for none.</summary>
    public string? OperatorPolicy { get; init; }

    /// <summary>What both policies say together.</summary>
    public FieldTable PolicyDefinition { get; init; } = FieldTable.Empty;

    /// <summary>How many messages went in and out.</summary>
    public MessageCounts Counts { get; init; }

    /// <summary>Ready and unacknowledged messages together.</summary>
    public int Messages => Ready + Unacknowledged;
}
