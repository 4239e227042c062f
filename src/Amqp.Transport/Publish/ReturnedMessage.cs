using Amqp.Engine.Spec;

namespace Amqp.Transport;

/// <summary>A message that the broker could not route and gave back (<c>basic.return</c>).</summary>
/// <param name="ReplyCode">Why, such as <see cref="Amqp.Engine.Spec.ReplyCode.NoRoute"/>.</param>
/// <param name="ReplyText">Why, in the broker's words.</param>
/// <param name="Exchange">Where it was published to.</param>
/// <param name="RoutingKey">The routing key that it was published with.</param>
/// <param name="Properties">Its properties.</param>
/// <param name="Body">Its body, owned by the receiver.</param>
public sealed record ReturnedMessage(
    ReplyCode ReplyCode,
    string ReplyText,
    string Exchange,
    string RoutingKey,
    BasicProperties Properties,
    ReadOnlyMemory<byte> Body);
