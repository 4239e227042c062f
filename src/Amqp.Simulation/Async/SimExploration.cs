namespace Amqp.Simulation;

/// <summary>What <c>Sim.Explore</c> ran. Immutable.</summary>
/// <param name="Worlds">How many worlds.</param>
/// <param name="Seed">The base seed.</param>
/// <param name="Virtual">The virtual time of all of them together.</param>
/// <param name="Hash">A hash over the hashes of their traces.</param>
public sealed record SimExploration(int Worlds, ulong Seed, TimeSpan Virtual, ulong Hash)
{
    /// <summary>On one line, as <c>amqp-sim</c> ends with.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"worlds: {Worlds}, failed: 0, virtual: {Virtual.TotalSeconds:0.###} s, hash: {Hash:x16}");
}
