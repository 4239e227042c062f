using Amqp.Engine.Spec;

namespace Amqp.FakeBroker;

/// <summary>
/// A message as an operator sees it. Immutable but for the octets of the body, which must not be changed.
/// </summary>
/// <param name="Number">The broker's number for it, from 1 in the order of publishing.</param>
/// <param name="Exchange">The exchange it was published to; empty for the default exchange.</param>
/// <param name="RoutingKey">Its routing key.</param>
/// <param name="Properties">Its properties.</param>
/// <param name="Body">Its body.</param>
/// <param name="Redelivered">True when it was handed out before.</param>
public sealed record MessageInfo(
    ulong Number,
    string Exchange,
    string RoutingKey,
    BasicProperties Properties,
    ReadOnlyMemory<byte> Body,
    bool Redelivered);
