using System.Buffers.Binary;
using Amqp.Engine.Base;
using Amqp.Simulation.Trace;

namespace Amqp.Simulation.Async;

/// <summary>Runs many worlds, and makes the first that fails as small as it can be.</summary>
internal sealed class Explorer(Func<SimContext, Task> body, SimOptions options, SimFaultMix mix)
{
    // A random fault may well find nothing to happen to; only in a scenario that somebody wrote is that a mistake.
    private readonly SimOptions _options = options with { AllowUnreached = true };
    private readonly ulong _seed = SimEnvironment.Seed ?? 1;

    public async Task<SimExploration> RunAsync(int worlds)
    {
        var maker = new ScenarioMaker(mix);
        SimScenario? only = SimEnvironment.Scenario;
        int count = only is null ? worlds : 1;
        var progress = new ProgressBar(count);
        var hash = default(Fnv1a64);
        TimeSpan time = TimeSpan.Zero;
        for (int i = 0; i < count; i++)
        {
            SimScenario scenario = only
                ?? maker.Make(Prng.DeriveSeed(_seed, FormattableString.Invariant($"world {i}")));
            SimOutcome outcome = await Sim.TryRun(scenario, body, _options).ConfigureAwait(false);
            if (!outcome.IsGood)
            {
                progress.Clear();
                throw await ReportAsync(outcome, i, count).ConfigureAwait(false);
            }

            time += outcome.Duration;
            Add(ref hash, outcome.TraceHash);
            progress.Show(i + 1);
        }

        progress.Clear();
        return new SimExploration(count, _seed, time, hash.Value);
    }

    private async Task<SimFailedException> ReportAsync(SimOutcome first, int index, int count)
    {
        var shrinker = new ScenarioReducer(candidate => Sim.TryRun(candidate, body, _options));
        SimOutcome smallest = await shrinker.ReduceAsync(first).ConfigureAwait(false);
        string head = FormattableString.Invariant(
            $"""
            World {index + 1} of {count} failed (base seed {_seed}); the smallest scenario that fails like it, of
            {shrinker.Tried} that were tried:
              {SimReport.ToCSharp(smallest.Scenario, NameOfBody())}
            """);
        return SimReport.Failure(smallest, _options, head);
    }

    // A lambda has no name to call it by.
    private string NameOfBody() => body.Method is { DeclaringType: { } type, Name: var name } && !name.StartsWith('<')
        ? AwaitChain.NameOf(type, name)
        : nameof(body);

    private static void Add(ref Fnv1a64 hash, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        hash.Add(bytes);
    }
}
