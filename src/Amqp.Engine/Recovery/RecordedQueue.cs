using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Recovery;

/// <summary>A queue that the client declared. Immutable.</summary>
/// <param name="Name">Its name, also where the broker chose it.</param>
/// <param name="IsDurable">True when it survives the broker's restart.</param>
/// <param name="IsExclusive">True when it goes with the connection.</param>
/// <param name="IsAutoDelete">True when it goes with its last consumer.</param>
/// <param name="Arguments">As declared.</param>
/// <param name="IsServerNamed">True when the broker chose the name, and chooses another one the next time.</param>
public sealed record RecordedQueue(
    string Name,
    bool IsDurable,
    bool IsExclusive,
    bool IsAutoDelete,
    FieldTable Arguments,
    bool IsServerNamed)
{
    /// <summary>The method that declares it again; without a name when the broker chooses it.</summary>
    /// <returns>A <c>queue.declare</c>.</returns>
    public QueueDeclare ToDeclare() => new()
    {
        Queue = IsServerNamed ? "" : Name,
        Durable = IsDurable,
        Exclusive = IsExclusive,
        AutoDelete = IsAutoDelete,
        Arguments = Arguments,
    };
}
