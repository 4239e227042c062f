using Amqp.Engine.Wire;

namespace Amqp.FakeBroker;

/// <summary>A binding at a moment. Immutable, safe to share.</summary>
/// <param name="VirtualHost">The virtual host.</param>
/// <param name="Source">The exchange it starts from; empty for the default exchange.</param>
/// <param name="Destination">The queue or exchange it leads to.</param>
/// <param name="IsToQueue">True when the destination is a queue, false when it is an exchange.</param>
/// <param name="RoutingKey">The binding key.</param>
/// <param name="Arguments">The binding's arguments.</param>
public sealed record BindingInfo(
    string VirtualHost,
    string Source,
    string Destination,
    bool IsToQueue,
    string RoutingKey,
    FieldTable Arguments);
