using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Recovery;

/// <summary>A binding that the client made. Immutable, with value equality.</summary>
/// <param name="Source">The exchange that messages come from.</param>
/// <param name="Destination">The queue or exchange that they go to.</param>
/// <param name="IsToQueue">True when the destination is a queue.</param>
/// <param name="RoutingKey">The binding's key.</param>
/// <param name="Arguments">The binding's arguments; two bindings may differ in them alone.</param>
public sealed record RecordedBinding(
    string Source,
    string Destination,
    bool IsToQueue,
    string RoutingKey,
    FieldTable Arguments)
{
    /// <summary>The method that makes it again.</summary>
    /// <returns>A <c>queue.bind</c> or an <c>exchange.bind</c>.</returns>
    public AmqpMethod ToBind() => IsToQueue
        ? new QueueBind { Queue = Destination, Exchange = Source, RoutingKey = RoutingKey, Arguments = Arguments }
        : new ExchangeBind
        {
            Destination = Destination,
            Source = Source,
            RoutingKey = RoutingKey,
            Arguments = Arguments,
        };
}
