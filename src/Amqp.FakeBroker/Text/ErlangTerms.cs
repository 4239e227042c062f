using System.Globalization;
using System.Text;

namespace Amqp.FakeBroker.Text;

/// <summary>Prints octets and terms the way RabbitMQ's error texts do (Erlang's "~p").</summary>
internal static class ErlangTerms
{
    private const int LineWidth = 80;

    public static string Binary(string text) => Binary(Encoding.UTF8.GetBytes(text));

    /// <summary>A binary: as a quoted string when every octet is printable, else as numbers.</summary>
    public static string Binary(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
        {
            return "<<>>";
        }

        StringBuilder text = new("<<");
        bool isPrintable = octets.IndexOfAnyExceptInRange((byte)32, (byte)126) < 0;
        if (isPrintable)
        {
            text.Append('"');
        }

        for (int i = 0; i < octets.Length && text.Length < 300; i++)
        {
            if (!isPrintable)
            {
                text.Append(i == 0 ? "" : ",").Append(octets[i].ToString(CultureInfo.InvariantCulture));
            }
            else
            {
                text.Append(octets[i] is (byte)'"' or (byte)'\\' ? "\\" : "").Append((char)octets[i]);
            }
        }

        return text.Append(isPrintable ? "\">>" : ">>").ToString();
    }

    /// <summary>Breaks a tuple that would pass column 80: its later elements go below its first, one a line.</summary>
    public static string Wrap(string term, int column)
    {
        if (!term.StartsWith('{') || column + term.Length <= LineWidth)
        {
            return term;
        }

        return term.Replace(",", ",\n" + new string(' ', column + 1), StringComparison.Ordinal);
    }
}
