using System.Collections.Immutable;
using System.Text;
using Amqp.Engine.Spec;

namespace Amqp.FakeBroker.Journal;

/// <summary>A message as a client published it, and where it went. Immutable, safe to share.</summary>
public sealed class PublishedMessage
{
    /// <summary>Its number among everything that happened, from 1.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>When, counted from the start of the broker, by the broker's clock.</summary>
    public required TimeSpan At { get; init; }

    /// <summary>The publisher's connection.</summary>
    public required ulong Connection { get; init; }

    /// <summary>The publisher's channel.</summary>
    public required ushort Channel { get; init; }

    /// <summary>The virtual host.</summary>
    public required string VirtualHost { get; init; }

    /// <summary>The exchange; empty for the default one.</summary>
    public required string Exchange { get; init; }

    /// <summary>The routing key.</summary>
    public required string RoutingKey { get; init; }

    /// <summary>True when the publisher asked to have it returned if no queue takes it.</summary>
    public required bool IsMandatory { get; init; }

    /// <summary>The properties.</summary>
    public required BasicProperties Properties { get; init; }

    /// <summary>The body.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>
    /// The queues it was routed to, amq.rabbitmq.reply-to for a direct reply; empty when it was unroutable or refused.
    /// </summary>
    public required ImmutableArray<string> Queues { get; init; }

    /// <summary>The body as UTF-8 text.</summary>
    public string Text => Encoding.UTF8.GetString(Body.Span);

    /// <inheritdoc/>
    public override string ToString() =>
        $"#{Sequence} to '{Exchange}' with '{RoutingKey}', {Body.Length} octets, "
        + (Queues.IsEmpty ? "unroutable" : "to " + string.Join(", ", Queues));
}
