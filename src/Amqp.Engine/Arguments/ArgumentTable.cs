using Amqp.Engine.Wire;

namespace Amqp.Engine.Arguments;

/// <summary>Collects arguments that are set.</summary>
internal sealed class ArgumentTable
{
    private readonly List<KeyValuePair<string, FieldValue>> _fields = [];

    public void Add(string key, string? value)
    {
        if (value is not null)
        {
            Add(key, FieldValue.LongString(value));
        }
    }

    // Whole numbers of any width mean the same to RabbitMQ.
    public void Add(string key, long? value)
    {
        if (value is { } number)
        {
            Add(key, FieldValue.Int64(number));
        }
    }

    public void Add(string key, bool value)
    {
        if (value)
        {
            Add(key, FieldValue.Boolean(true));
        }
    }

    public void Add(string key, FieldValue value) => _fields.Add(new(key, value));

    /// <summary>Adds the rest and makes the table.</summary>
    /// <exception cref="ArgumentException">A key is there already; the exception names the member that brings
    /// it.</exception>
    public FieldTable With(FieldTable further, string name)
    {
        ArgumentNullException.ThrowIfNull(further, name);
        foreach ((string key, FieldValue value) in further)
        {
            if (_fields.Exists(field => field.Key == key))
            {
                throw new ArgumentException($"{name} holds '{key}', which another member sets.", name);
            }

            Add(key, value);
        }

        return new FieldTable(_fields);
    }
}
