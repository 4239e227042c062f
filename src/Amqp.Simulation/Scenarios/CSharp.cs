using System.Collections;
using System.Globalization;
using System.Text;

namespace Amqp.Simulation.Scenarios;

/// <summary>Writes values and objects as C# expressions.</summary>
internal static class CSharp
{
    /// <summary>A creation with an initializer; members that have the value they have anyway are left out.</summary>
    public static string New(string type, params ReadOnlySpan<(string Name, object? Value)> members)
    {
        var text = new StringBuilder("new ").Append(type);
        string separator = " { ";
        foreach ((string name, object? value) in members)
        {
            if (!IsPlain(value))
            {
                text.Append(separator).Append(name).Append(" = ").Append(Value(value));
                separator = ", ";
            }
        }

        return separator == ", " ? text.Append(" }").ToString() : text.Append("()").ToString();
    }

    /// <summary>A creation with arguments in their order.</summary>
    public static string Call(string type, params ReadOnlySpan<object?> arguments)
    {
        var text = new StringBuilder("new ").Append(type).Append('(');
        for (int i = 0; i < arguments.Length; i++)
        {
            text.Append(i > 0 ? ", " : "").Append(Value(arguments[i]));
        }

        return text.Append(')').ToString();
    }

    public static string Value(object? value) => value switch
    {
        null => "null",
        Code code => code.Text,
        string text => Text(text),
        bool flag => flag ? "true" : "false",
        Enum each => $"{each.GetType().Name}.{each}",
        TimeSpan span => Span(span),
        ulong number => string.Create(CultureInfo.InvariantCulture, $"{number}UL"),
        ReadOnlyMemory<byte> bytes => Bytes(bytes.Span),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException($"A {value.GetType().Name} cannot be written as C#."),
    };

    private static bool IsPlain(object? value) => value switch
    {
        null or "" or false => true,
        TimeSpan span => span == TimeSpan.Zero,
        byte or ushort or uint or int or long or ulong =>
            ((IConvertible)value).ToDecimal(CultureInfo.InvariantCulture) == 0,
        ICollection items => items.Count == 0,
        _ => false,
    };

    private static string Span(TimeSpan span)
    {
        if (span == TimeSpan.Zero)
        {
            return "TimeSpan.Zero";
        }

        (string unit, long count) = span.Ticks switch
        {
            var t when t % TimeSpan.TicksPerSecond == 0 => ("Seconds", t / TimeSpan.TicksPerSecond),
            var t when t % TimeSpan.TicksPerMillisecond == 0 => ("Milliseconds", t / TimeSpan.TicksPerMillisecond),
            var t => ("Ticks", t),
        };
        return string.Create(CultureInfo.InvariantCulture, $"TimeSpan.From{unit}({count})");
    }

    private static string Bytes(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("new byte[] {");
        for (int i = 0; i < bytes.Length; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(i > 0 ? ", " : " ")}0x{bytes[i]:X2}");
        }

        return text.Append(" }").ToString();
    }

    private static string Text(string value)
    {
        var text = new StringBuilder("\"");
        foreach (char c in value)
        {
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                < ' ' or > '~' => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => c.ToString(),
            });
        }

        return text.Append('"').ToString();
    }
}
