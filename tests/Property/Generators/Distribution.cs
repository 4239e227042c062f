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

    /// <summary>Fails when a class never came, or so seldom that it hardly makes up <paramref name="percent"/> of all
    /// cases there are: four standard deviations below, so that no seed fails by chance.</summary>
    public void Require(string id, double percent)
    {
        double share = percent / 100;
        double least = (share * _total) - (4 * Math.Sqrt(_total * share * (1 - share)));
        string[] rare = [.. _counts.Where(c => c.Value == 0 || c.Value < least).Select(Text)];
        Assert.True(rare.Length == 0, $"{id}: too rare (under {percent} % of {_total}): {string.Join(", ", rare)}");
    }

    private static string Text(KeyValuePair<string, int> pair) => $"{pair.Key} came {pair.Value} times";
}
