using System.Collections.Immutable;
using Amqp.Simulation.Links;
using Amqp.Simulation.Time;

namespace Amqp.Simulation.World;

/// <summary>Decides, at each armed site and by a random stream of its own, whether it does what it may.</summary>
internal sealed class Buggifier
{
    private const int OneIn = 4;

    private readonly KeyedRandom?[] _streams;

    public Buggifier(BuggifySites armed, RandomStreams streams, Action<string, int> watchDraws)
    {
        _streams =
        [
            .. Sites.Select(site => !armed.HasFlag(site)
                ? null
                : new KeyedRandom($"buggify:{site}", streams.For($"buggify:{site}"), watchDraws)),
        ];
    }

    /// <summary>Each site that there is.</summary>
    public static ImmutableArray<BuggifySites> Sites { get; } =
        [.. Enum.GetValues<BuggifySites>().Where(static each => each != BuggifySites.None)];

    /// <summary>Whether it happens here and now.</summary>
    public bool At(BuggifySites site) => StreamOf(site) is { } random && random.Next(OneIn) == 0;

    /// <summary>How much of it, from 1 to <paramref name="most"/>.</summary>
    public int HowMuch(BuggifySites site, int most) => 1 + StreamOf(site)!.Next(most);

    private KeyedRandom? StreamOf(BuggifySites site) =>
        _streams[System.Numerics.BitOperations.TrailingZeroCount((int)site)];
}
