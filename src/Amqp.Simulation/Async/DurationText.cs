using System.Globalization;

namespace Amqp.Simulation;

/// <summary>Times as people write them: 1.5s, 200ms, 100us, 2min, 1h.</summary>
internal static class DurationText
{
    // The longer names come first: "ms" ends in "s".
    private static readonly (string Name, long Ticks)[] s_units =
    [
        ("us", TimeSpan.TicksPerMicrosecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("min", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("h", TimeSpan.TicksPerHour),
    ];

    public static string Write(TimeSpan time) => string.Create(
        CultureInfo.InvariantCulture, $"{time.Ticks / (decimal)TimeSpan.TicksPerSecond:0.#######}s");

    public static TimeSpan Parse(string text, bool mayBeNegative = false)
    {
        NumberStyles style = NumberStyles.AllowDecimalPoint
            | (mayBeNegative ? NumberStyles.AllowLeadingSign : NumberStyles.None);
        foreach ((string name, long ticks) in s_units)
        {
            if (text.EndsWith(name, StringComparison.Ordinal)
                && decimal.TryParse(
                    text.AsSpan(0, text.Length - name.Length),
                    style,
                    CultureInfo.InvariantCulture,
                    out decimal number))
            {
                return new TimeSpan((long)(number * ticks));
            }
        }

        throw new FormatException($"'{text}' is not a time such as 1.5s, 200ms or 2min");
    }
}
