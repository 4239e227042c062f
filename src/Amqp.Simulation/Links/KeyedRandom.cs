using Amqp.Engine.Base;

namespace Amqp.Simulation.Links;

/// <summary>One keyed stream of random numbers whose draws can be watched, so that two runs can be compared draw by
/// draw.</summary>
/// <param name="key">The stream's name.</param>
/// <param name="random">The stream.</param>
/// <param name="watch">Told of each draw; null for nobody.</param>
internal sealed class KeyedRandom(string key, Prng random, Action<string, int>? watch)
{
    private Prng _random = random;

    /// <summary>A number from 0 to <paramref name="maxExclusive"/> - 1.</summary>
    public int Next(int maxExclusive)
    {
        int value = _random.NextInt32(maxExclusive);
        watch?.Invoke(key, value);
        return value;
    }

    /// <summary>True in half of the draws.</summary>
    public bool Half() => Next(2) == 0;
}
