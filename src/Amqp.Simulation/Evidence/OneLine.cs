using System.Globalization;
using System.Text;

namespace Amqp.Simulation.Evidence;

/// <summary>Makes any text fit on one line of printable ASCII, which every terminal and every test runner
/// shows.</summary>
internal static class OneLine
{
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            return text;
        }

        var line = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            if (c is >= ' ' and <= '~')
            {
                line.Append(c);
            }
            else
            {
                line.Append(c switch
                {
                    '\n' => "\\n",
                    '\r' => "\\r",
                    '\t' => "\\t",
                    _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                });
            }
        }

        return line.ToString();
    }
}
