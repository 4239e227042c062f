using System.Collections;
using System.Runtime.CompilerServices;
using System.Text;

namespace Amqp.Property.Generators;

/// <summary>Prints a failing case so that it can be read and pasted: bytes as hex, lists item by item.</summary>
public static class CaseText
{
    private const int MaxLength = 4000;

    /// <summary>The text of a case, cut at 4,000 characters.</summary>
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.Length <= MaxLength
            ? text.ToString()
            : text.ToString(0, MaxLength) + $"… ({text.Length} characters)";
    }

    private static void Append(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case byte[] bytes:
                text.Append(bytes.Length).Append(" bytes ").Append(Convert.ToHexString(bytes));
                break;
            case string s:
                text.Append('"').Append(s).Append('"');
                break;
            case ITuple tuple:
                AppendItems(text, Enumerable.Range(0, tuple.Length).Select(i => tuple[i]));
                break;
            case IList items when value is Array || value.GetType().IsGenericType:
                AppendItems(text, items);
                break;
            default:
                text.Append(value);
                break;
        }
    }

    private static void AppendItems(StringBuilder text, IEnumerable items)
    {
        text.Append('[');
        var first = true;
        foreach (object? item in items)
        {
            text.Append(first ? "" : "; ");
            first = false;
            Append(text, item);
        }

        text.Append(']');
    }
}
