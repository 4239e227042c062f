using System.Reflection;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using FsCheck;

namespace Amqp.Property.Generators;

/// <summary>Every method record, found by reflection, with any arguments.</summary>
public static class MethodGens
{
    /// <summary>The record types, ordered by name.</summary>
    public static IReadOnlyList<Type> Types { get; } =
    [
        .. typeof(AmqpMethod).Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(AmqpMethod)) && !t.IsAbstract)
            .OrderBy(t => t.Name, StringComparer.Ordinal),
    ];

    /// <summary>Any method.</summary>
    public static Gen<AmqpMethod> Any { get; } = Gens.From(Make);

    /// <summary>The arguments of a method record: its settable properties.</summary>
    public static IEnumerable<PropertyInfo> Arguments(Type type) => type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.SetMethod is not null);

    /// <summary>A method of any type.</summary>
    public static AmqpMethod Make(Draw draw) => Make(draw, draw.Pick(Types));

    /// <summary>A method of this type.</summary>
    public static AmqpMethod Make(Draw draw, Type type)
    {
        var method = (AmqpMethod)Activator.CreateInstance(type)!;
        foreach (PropertyInfo argument in Arguments(type))
        {
            if (!draw.OneIn(8)) // else the default stays
            {
                argument.SetValue(method, Value(draw, argument.PropertyType));
            }
        }

        return method;
    }

    /// <summary>Smaller methods: one argument back at its default.</summary>
    public static IEnumerable<AmqpMethod> Shrink(AmqpMethod method) => WithDefaults(method);

    /// <summary>Copies of a record with one property put back to its default.</summary>
    internal static IEnumerable<T> WithDefaults<T>(T record)
        where T : class
    {
        Type type = record.GetType();
        object fresh = Activator.CreateInstance(type)!;
        foreach (PropertyInfo property in Arguments(type))
        {
            object? plain = property.GetValue(fresh);
            if (Equals(plain, property.GetValue(record)))
            {
                continue;
            }

            object copy = Activator.CreateInstance(type)!;
            foreach (PropertyInfo other in Arguments(type))
            {
                other.SetValue(copy, other == property ? plain : other.GetValue(record));
            }

            yield return (T)copy;
        }
    }

    private static object Value(Draw draw, Type type) => type switch
    {
        _ when type == typeof(bool) => draw.OneIn(2),
        _ when type == typeof(byte) => (byte)draw.Number(),
        _ when type == typeof(ushort) => (ushort)draw.Number(),
        _ when type == typeof(uint) => (uint)draw.Number(),
        _ when type == typeof(ulong) => draw.Number(),
        _ when type == typeof(string) => draw.Text(),
        _ when type == typeof(LongString) => new LongString(draw.Bytes(draw.Length(300))),
        _ when type == typeof(FieldTable) => FieldGens.MakeTable(draw),
        _ when type.IsEnum => Enum.ToObject(type, (ushort)draw.Number()),
        _ => throw new InvalidOperationException($"no generator for an argument of type {type}"),
    };
}
