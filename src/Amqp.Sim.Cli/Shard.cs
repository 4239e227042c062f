using System.Globalization;

namespace Amqp.Sim.Cli;

/// <summary>One of several parts of a sweep, for several machines.</summary>
/// <param name="Number">Which, from 1.</param>
/// <param name="Count">How many there are.</param>
internal sealed record Shard(int Number, int Count)
{
    /// <summary>Reads "2/8"; null when it is none.</summary>
    public static Shard? Parse(string text) =>
        text.Split('/') is [var number, var count]
        && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int which)
        && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int all)
        && which >= 1 && which <= all
            ? new Shard(which, all)
            : null;

    /// <summary>The part's worlds of a number of worlds.</summary>
    public (long First, long Count) Of(long worlds)
    {
        long first = (long)((Int128)worlds * (Number - 1) / Count);
        return (first, (long)((Int128)worlds * Number / Count) - first);
    }
}
