using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Recovery;

/// <summary>A consumer that the client has. Immutable.</summary>
/// <param name="Channel">The owner's number of its channel, see <see cref="TopologyLedger"/>.</param>
/// <param name="Tag">Its tag, also where the broker chose it: consumers go on under the same tag.</param>
/// <param name="Queue">The queue it consumes from.</param>
/// <param name="NoAck">True when deliveries count as acknowledged.</param>
/// <param name="IsExclusive">True when it refuses other consumers.</param>
/// <param name="Arguments">As given.</param>
public sealed record RecordedConsumer(
    ulong Channel,
    string Tag,
    string Queue,
    bool NoAck,
    bool IsExclusive,
    FieldTable Arguments)
{
    /// <summary>The method that starts it again.</summary>
    /// <returns>A <c>basic.consume</c>.</returns>
    public BasicConsume ToConsume() => new()
    {
        Queue = Queue,
        ConsumerTag = Tag,
        NoAck = NoAck,
        Exclusive = IsExclusive,
        Arguments = Arguments,
    };
}
