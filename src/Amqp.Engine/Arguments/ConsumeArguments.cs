using Amqp.Engine.Wire;

namespace Amqp.Engine.Arguments;

/// <summary>RabbitMQ's arguments of <c>basic.consume</c>, typed. Immutable. It converts to the table that
/// <see cref="Spec.BasicConsume"/> takes.</summary>
public sealed record ConsumeArguments
{
    /// <summary>Consumers of a higher priority get messages first; 0 when null.</summary>
    public int? Priority { get; init; }

    /// <summary>Where to begin in a stream, which needs a prefetch.</summary>
    public StreamOffset? StreamOffset { get; init; }

    /// <summary>Everything else, as it is to be sent. A key that a member above sets must not be in it.</summary>
    public FieldTable Further { get; init; } = FieldTable.Empty;

    /// <summary>Converts, see <see cref="ToTable"/>.</summary>
    /// <param name="arguments">The arguments.</param>
    public static implicit operator FieldTable(ConsumeArguments arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        return arguments.ToTable();
    }

    /// <summary>Makes the table.</summary>
    /// <returns>Only what is set.</returns>
    /// <exception cref="ArgumentException"><see cref="Further"/> holds a key that another member sets.</exception>
    public FieldTable ToTable()
    {
        var table = new ArgumentTable();
        table.Add("x-priority", Priority);
        if (StreamOffset is { } offset)
        {
            table.Add("x-stream-offset", offset.Value);
        }

        return table.With(Further, nameof(Further));
    }
}
