using Amqp.Engine.Base;

namespace Amqp.Simulation.Async;

/// <summary>Runs many worlds, and makes the first that fails as small as it can be.</summary>
internal sealed class Explorer(Func<SimContext, Task> body, SimOptions options, SimExploreOptions explore)
{
    // A random fault may well find nothing to happen to; only in a scenario that somebody wrote is that a mistake.
    private readonly SimOptions _options = options with { AllowUnreached = true };
    private readonly ulong _seed = explore.Seed ?? SimEnvironment.Seed ?? 1;

    public async Task<SimExploration> RunAsync()
    {
        var maker = new ScenarioMaker(explore.Faults ?? new SimFaultMix());
        SimScenario? only = SimEnvironment.Scenario;
        int count = only is null ? explore.Worlds : 1;
        var bar = new ProgressBar(explore.Progress is null ? count : 0);
        ulong hash = 0;
        TimeSpan time = TimeSpan.Zero;
        for (int i = 0; i < count; i++)
        {
            int index = explore.First + i;
            SimScenario scenario = only
                ?? maker.Make(Prng.DeriveSeed(_seed, FormattableString.Invariant($"world {index}")));
            SimOutcome outcome = await Sim.TryRun(scenario, body, _options).ConfigureAwait(false);
            if (!outcome.IsGood)
            {
                bar.Clear();
                throw await ReportAsync(outcome, index, count).ConfigureAwait(false);
            }

            time += outcome.Duration;

            // A sum does not care for the order in which parts come.
            hash = unchecked(hash + new Prng((ulong)index ^ outcome.TraceHash).NextUInt64());
            bar.Show(i + 1);
            explore.Progress?.Invoke(i + 1, time);
        }

        bar.Clear();
        return new SimExploration(count, _seed, time, hash);
    }

    private async Task<SimFailedException> ReportAsync(SimOutcome first, int index, int count)
    {
        var shrinker = new ScenarioReducer(candidate => Sim.TryRun(candidate, body, _options));
        SimOutcome smallest = await shrinker.ReduceAsync(first).ConfigureAwait(false);
        string head = FormattableString.Invariant(
            $"""
            World {index + 1} of {explore.First + count} failed (base seed {_seed}); the smallest scenario that fails
            like it, of {shrinker.Tried} that were tried:
              {SimReport.ToCSharp(smallest.Scenario, NameOfBody())}
            """);
        return SimReport.Failure(smallest, _options, head);
    }

    // A lambda has no name to call it by.
    private string NameOfBody() => body.Method is { DeclaringType: { } type, Name: var name } && !name.StartsWith('<')
        ? AwaitChain.NameOf(type, name)
        : nameof(body);
}
