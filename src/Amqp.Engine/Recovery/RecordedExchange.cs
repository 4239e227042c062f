using Amqp.Engine.Spec;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Recovery;

/// <summary>An exchange that the client declared. Immutable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Such as "topic".</param>
/// <param name="IsDurable">True when it survives the broker's restart.</param>
/// <param name="IsAutoDelete">True when it goes with the last binding from it.</param>
/// <param name="IsInternal">True when clients cannot publish to it.</param>
/// <param name="Arguments">As declared.</param>
public sealed record RecordedExchange(
    string Name,
    string Type,
    bool IsDurable,
    bool IsAutoDelete,
    bool IsInternal,
    FieldTable Arguments)
{
    /// <summary>The method that declares it again.</summary>
    /// <returns>An <c>exchange.declare</c>.</returns>
    public ExchangeDeclare ToDeclare() => new()
    {
        Exchange = Name,
        Type = Type,
        Durable = IsDurable,
        AutoDelete = IsAutoDelete,
        Internal = IsInternal,
        Arguments = Arguments,
    };
}
