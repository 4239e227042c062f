using Amqp.Engine.Wire;

namespace Amqp.FakeBroker;

/// <summary>An exchange at a moment. Immutable, safe to share.</summary>
/// <param name="VirtualHost">The virtual host.</param>
/// <param name="Name">The exchange's name; empty for the default exchange.</param>
/// <param name="Type">"direct", "fanout", "topic" or "headers".</param>
/// <param name="IsDurable">True when it survives a restart.</param>
/// <param name="IsAutoDelete">True when it goes with its last binding.</param>
/// <param name="IsInternal">True when clients may not publish to it.</param>
/// <param name="Arguments">The arguments it was declared with.</param>
/// <param name="Policy">The policy that holds for it; null for none.</param>
public sealed record ExchangeInfo(
    string VirtualHost,
    string Name,
    string Type,
    bool IsDurable,
    bool IsAutoDelete,
    bool IsInternal,
    FieldTable Arguments,
    string? Policy);
