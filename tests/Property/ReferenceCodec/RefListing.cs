using System.Globalization;
using System.Text;

namespace Amqp.Property.ReferenceCodec;

/// <summary>One line of text for each decoded thing; two things are the same exactly when their lines are.</summary>
public static class RefListing
{
    /// <summary>A frame: its kind and channel, and its payload decoded where it can be.</summary>
    public static string Frame(RefFrame frame)
    {
        try
        {
            string payload = frame.Type switch
            {
                1 => Method(RefDecoder.Method(frame.Payload)),
                2 => Header(RefDecoder.Header(frame.Payload)),
                3 => $"body {frame.Payload.Length} {Text(frame.Payload)}",
                _ => $"heartbeat {Text(frame.Payload)}",
            };
            return $"ch={frame.Channel} {payload}";
        }
        catch (RefException error)
        {
            return $"ch={frame.Channel} type {frame.Type} undecodable ({error.Message}) {Text(frame.Payload)}";
        }
    }

    /// <summary>A method: its name and every argument.</summary>
    public static string Method(RefMethod method) => method.Spec.Name + Arguments(method.Args);

    /// <summary>A content header: its body size and the properties that are there.</summary>
    public static string Header(RefHeader header) =>
        $"header class={header.ClassId} size={header.BodySize}{Arguments(header.Properties)}";

    /// <summary>Arguments or properties, each with a space in front.</summary>
    public static string Arguments(IEnumerable<RefArg> args) =>
        string.Concat(args.Select(a => $" {a.Field.Name}={Argument(a.Value)}"));

    /// <summary>A table in braces.</summary>
    public static string Table(IEnumerable<RefEntry> entries) =>
        "{" + string.Join(", ", entries.Select(e => $"{Text(e.Key)}: {Value(e.Value)}")) + "}";

    /// <summary>A field value: its type octet and content; numbers are raw bits, so a NaN keeps its payload.</summary>
    public static string Value(RefValue value) => value.Content switch
    {
        null => $"{value.Tag}()",
        byte[] bytes => $"{value.Tag}({Text(bytes)})",
        IReadOnlyList<RefValue> items => $"{value.Tag}[{string.Join(", ", items.Select(Value))}]",
        IReadOnlyList<RefEntry> entries => value.Tag + Table(entries),
        var number => $"{value.Tag}({Number(number)})",
    };

    /// <summary>Octets as quoted text: printable ASCII as it is, the rest as \xNN.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder("\"");
        foreach (byte b in bytes)
        {
            if (b is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\')
            {
                text.Append((char)b);
            }
            else
            {
                text.Append("\\x").Append(b.ToString("X2", CultureInfo.InvariantCulture));
            }
        }

        return text.Append('"').ToString();
    }

    private static string Argument(object value) => value switch
    {
        bool bit => bit ? "1" : "0",
        byte[] bytes => Text(bytes),
        IReadOnlyList<RefEntry> entries => Table(entries),
        var number => Number(number),
    };

    private static string Number(object number) => Convert.ToString(number, CultureInfo.InvariantCulture)!;
}
