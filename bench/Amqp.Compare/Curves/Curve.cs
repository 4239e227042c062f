namespace Amqp.Compare.Curves;

/// <summary>What a message costs with more and more of one thing.</summary>
/// <param name="Workload">The client's name for it.</param>
/// <param name="What">What there is more and more of.</param>
/// <param name="Counts">How many.</param>
internal sealed record Curve(string Workload, string What, int[] Counts)
{
    /// <summary>Every curve.</summary>
    public static readonly Curve[] All =
    [
        new("C1", "channels, published on in turn", [1, 10, 100, 1000]),
        new("C2", "consumers, each message acknowledged", [1, 10, 100, 1000]),
        new("C3", "unsettled publishes", [10, 100, 1000, 10_000, 100_000]),
    ];
}
