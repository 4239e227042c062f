using Xunit;

namespace Amqp.Property.Generators;

/// <summary>A gate against properties that hold because the interesting cases never came.</summary>
public sealed class Distribution(params string[] classes)
{
    private readonly Dictionary<string, int> _counts = classes.ToDictionary(c => c, _ => 0, StringComparer.Ordinal);
    private int _total;

    /// <summary>Counts one case.</summary>
    public void Case() => _total++;

    /// <summary>Counts the running case as one of a class.</summary>
    public void Saw(string name, bool itIs = true) => _counts[name] += itIs ? 1 : 0;

    /// <summary>Fails when a class made up less than <paramref name="percent"/> of the cases, or never came.</summary>
    public void Require(string id, double percent)
    {
        string[] rare = [.. _counts.Where(c => c.Value == 0 || c.Value * 100.0 < percent * _total).Select(Text)];
        Assert.True(rare.Length == 0, $"{id}: too rare (under {percent} % of {_total}): {string.Join(", ", rare)}");
    }

    private static string Text(KeyValuePair<string, int> pair) => $"{pair.Key} came {pair.Value} times";
}
