namespace Amqp.Engine.Base;

/// <summary>
/// A small deterministic generator (SplitMix64): the same seed draws the same numbers on every machine and runtime.
/// Not for secrets. A mutable struct: copy it to fork the stream, pass it by <c>ref</c> to share it. Not thread-safe.
/// </summary>
public struct Prng
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Starts the stream of <paramref name="seed"/>; every value is a good seed.</summary>
    /// <param name="seed">The seed.</param>
    public Prng(ulong seed) => _state = seed;

    /// <summary>The next 64 uniformly distributed bits.</summary>
    public ulong NextUInt64()
    {
        _state = unchecked(_state + GoldenGamma);
        return Mix(_state);
    }

    /// <summary>A uniform number from 0 to <paramref name="maxExclusive"/> - 1.</summary>
    /// <param name="maxExclusive">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxExclusive"/> is below 1.</exception>
    public int NextInt32(int maxExclusive)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxExclusive, 1);
        uint range = (uint)maxExclusive;

        // A multiplication maps 32 random bits onto the range; the few draws that would favour low numbers repeat.
        uint threshold = unchecked(0u - range) % range;
        while (true)
        {
            ulong product = (NextUInt64() >> 32) * range;
            if ((uint)product >= threshold)
            {
                return (int)(product >> 32);
            }
        }
    }

    /// <summary>True with a probability of <paramref name="numerator"/> in <paramref name="denominator"/>.</summary>
    /// <param name="numerator">0 or less is never; the denominator or more is always.</param>
    /// <param name="denominator">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="denominator"/> is below 1.</exception>
    public bool Chance(int numerator, int denominator) => NextInt32(denominator) < numerator;

    /// <summary>
    /// A seed for the sub-stream called <paramref name="key"/>. Streams derive by key and never by draw order, so that
    /// a new draw in one place does not change what all the others see.
    /// </summary>
    /// <param name="seed">The parent's seed.</param>
    /// <param name="key">The sub-stream's name.</param>
    public static ulong DeriveSeed(ulong seed, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ulong hash = Mix(unchecked(seed + GoldenGamma));
        foreach (char c in key)
        {
            hash = unchecked((hash ^ c) * 0x100000001B3);
        }

        return Mix(unchecked(hash + (ulong)key.Length));
    }

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
