using Amqp.Engine.Wire;

namespace Amqp.FakeBroker.Model;

/// <summary>What makes two bindings the same: the two ends, the key and the arguments.</summary>
/// <param name="Source">The exchange.</param>
/// <param name="Destination">The queue or exchange.</param>
/// <param name="Key">The binding key.</param>
/// <param name="Arguments">The arguments.</param>
internal readonly record struct BindingIdentity(
    ExchangeModel Source,
    object Destination,
    string Key,
    FieldTable Arguments);
