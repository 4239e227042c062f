using Amqp.Engine.Spec;
using Amqp.Transport.Consume;

namespace Amqp.Transport.Drive;

/// <summary>A message for an inline handler. Its body lies in the input, which is not released before the handler ran,
/// or in a lent block.</summary>
internal readonly record struct InlineItem(
    AmqpConsumer Consumer,
    ulong DeliveryTag,
    bool Redelivered,
    string Exchange,
    string RoutingKey,
    BasicProperties Properties,
    ReadOnlyMemory<byte> Body,
    BodySlab? Slab);
