using Amqp.Engine.Spec;

namespace Amqp.Transport;

/// <summary>A message to publish, see <see cref="AmqpChannel.PublishBatchAsync"/>.</summary>
/// <param name="Exchange">The exchange; empty for the default one. At most 255 bytes of UTF-8.</param>
/// <param name="RoutingKey">The routing key, at most 255 bytes of UTF-8.</param>
/// <param name="Body">The body.</param>
/// <param name="Properties">The properties; <see langword="null"/> for none.</param>
/// <param name="Mandatory">Whether the broker gives the message back when it reaches no queue.</param>
public readonly record struct OutgoingMessage(
    string Exchange,
    string RoutingKey,
    ReadOnlyMemory<byte> Body,
    BasicProperties? Properties = null,
    bool Mandatory = false);
