using Amqp.Engine.Spec;

namespace Amqp.Transport.Consume;

/// <summary>What a channel's dispatcher does next: a message for a handler, or a callback.</summary>
internal readonly struct DispatchItem
{
    private DispatchItem(AmqpConsumer? consumer, object? payload)
    {
        Consumer = consumer;
        Payload = payload;
        Exchange = "";
        RoutingKey = "";
        Properties = BasicProperties.Empty;
    }

    private DispatchItem(AmqpConsumer consumer, in Content content)
    {
        Consumer = consumer;
        DeliveryTag = content.DeliveryTag;
        Redelivered = content.Redelivered;
        Exchange = content.Exchange;
        RoutingKey = content.RoutingKey;
        Properties = content.Properties;
        Slab = content.Slab;
        Offset = content.Offset;
        Length = content.Size;
    }

    public AmqpConsumer? Consumer { get; }

    /// <summary>A <see cref="Delivery"/>, or an <see cref="Action"/> when there is no consumer.</summary>
    public object? Payload { get; }

    public ulong DeliveryTag { get; }

    public bool Redelivered { get; }

    public string Exchange { get; }

    public string RoutingKey { get; }

    public BasicProperties Properties { get; }

    /// <summary>The block that the body lies in, or null for an empty body.</summary>
    public BodySlab? Slab { get; }

    public int Offset { get; }

    public int Length { get; }

    public static DispatchItem ForCallback(Action callback) => new(null, callback);

    public static DispatchItem ForOwned(AmqpConsumer consumer, Delivery delivery) => new(consumer, delivery);

    public static DispatchItem ForBorrowed(AmqpConsumer consumer, in Content content) => new(consumer, in content);
}
