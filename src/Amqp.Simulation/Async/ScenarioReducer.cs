using System.Collections.Immutable;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Async;

/// <summary>
/// Makes a failing scenario smaller while it still fails in the same way: without the network's peculiarities, without
/// faults, with rounder times.
/// </summary>
internal sealed class ScenarioReducer(Func<SimScenario, Task<SimOutcome>> run)
{
    private const int MostTries = 300;

    public int Tried { get; private set; }

    public async Task<SimOutcome> ReduceAsync(SimOutcome failure)
    {
        SimOutcome best = failure;
        bool isBetter = true;
        while (isBetter && Tried < MostTries)
        {
            isBetter = false;
            foreach (SimScenario candidate in Smaller(best.Scenario))
            {
                if (++Tried > MostTries)
                {
                    break;
                }

                SimOutcome outcome = await run(candidate).ConfigureAwait(false);
                if (outcome.FailsLike(failure))
                {
                    best = outcome;
                    isBetter = true;
                    break;
                }
            }
        }

        return best;
    }

    // The most radical candidates come first.
    private static IEnumerable<SimScenario> Smaller(SimScenario scenario)
    {
        ImmutableArray<PlannedFault> faults = scenario.Faults;
        if (faults.Length > 1)
        {
            yield return scenario with { Faults = [] };
            yield return scenario with { Faults = [.. faults.Take(faults.Length / 2)] };
            yield return scenario with { Faults = [.. faults.Skip(faults.Length / 2)] };
        }

        if (scenario.Link is not null)
        {
            yield return scenario with { Link = null };
        }

        if (scenario.ClientDrift != 0 || scenario.BrokerDrift != 0)
        {
            yield return scenario with { ClientDrift = 0, BrokerDrift = 0 };
        }

        for (int i = 0; i < faults.Length; i++)
        {
            yield return scenario with { Faults = faults.RemoveAt(i) };
        }

        if (scenario.Seed != 1)
        {
            yield return scenario with { Seed = 1 };
        }

        for (int i = 0; i < faults.Length; i++)
        {
            foreach (TimeSpan rounder in Rounder(faults[i].At))
            {
                yield return scenario with { Faults = faults.SetItem(i, faults[i] with { At = rounder }) };
            }
        }
    }

    private static IEnumerable<TimeSpan> Rounder(TimeSpan time)
    {
        if (time > TimeSpan.Zero)
        {
            yield return TimeSpan.Zero;
        }

        var second = TimeSpan.FromSeconds((long)time.TotalSeconds);
        if (second > TimeSpan.Zero && second < time)
        {
            yield return second;
        }
    }
}
