using Amqp.Engine.Base;

namespace Amqp.Simulation.Time;

/// <summary>
/// The random numbers of one run: independent streams, each named by a key.
/// </summary>
/// <remarks>
/// A stream depends on the seed and on its key only, never on what others drew before. Deleting one step of a scenario
/// therefore leaves the draws of all the others as they were, which is what makes shrinking work.
/// </remarks>
/// <param name="seed">The seed of the run.</param>
public readonly struct RandomStreams(ulong seed)
{
    /// <summary>The seed of the run.</summary>
    public ulong Seed { get; } = seed;

    /// <summary>The start of the stream named <paramref name="key"/>.</summary>
    /// <param name="key">The name, for instance <c>link:to-broker</c>.</param>
    /// <returns>A generator at the beginning of the stream; the caller keeps it.</returns>
    public Prng For(string key) => new(Prng.DeriveSeed(Seed, key));
}
