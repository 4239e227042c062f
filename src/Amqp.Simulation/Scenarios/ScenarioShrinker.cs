using System.Collections.Immutable;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.Scenarios;

/// <summary>
/// Proposes smaller scenarios, most radical first. Whoever searches runs each and keeps the first that fails in the
/// same way.
/// </summary>
public static class ScenarioShrinker
{
    /// <summary>Proposes candidates that are smaller than a scenario, and never the scenario itself.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <returns>Valid scenarios.</returns>
    public static IEnumerable<Scenario> Candidates(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        if (!scenario.Cuts.IsEmpty)
        {
            yield return scenario with { Cuts = [] };
        }

        if (scenario.Options.Link != new LinkOptions())
        {
            yield return scenario with { Options = scenario.Options with { Link = new LinkOptions() } };
        }

        // Halves, quarters, … and at last single steps: ddmin over the list.
        for (int size = scenario.Steps.Length / 2; size >= 1; size /= 2)
        {
            for (int start = 0; start + size <= scenario.Steps.Length; start += size)
            {
                yield return scenario with { Steps = scenario.Steps.RemoveRange(start, size) };
            }
        }

        foreach (ImmutableArray<Step> steps in SmallerValues(scenario.Steps))
        {
            yield return scenario with { Steps = steps };
        }

        foreach (CutAtByte cut in scenario.Cuts.Where(cut => cut.Offset > 0))
        {
            yield return scenario with { Cuts = scenario.Cuts.Replace(cut, cut with { Offset = cut.Offset / 2 }) };
            yield return scenario with { Cuts = scenario.Cuts.Replace(cut, cut with { Offset = cut.Offset - 1 }) };
        }
    }

    private static IEnumerable<ImmutableArray<Step>> SmallerValues(ImmutableArray<Step> steps)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i] is Step.Publish { BodySize: > 0 } publish)
            {
                yield return steps.SetItem(i, publish with { BodySize = publish.BodySize / 2 });
            }
            else if (steps[i] is Step.Wait wait && wait.Span > TimeSpan.FromMilliseconds(1))
            {
                yield return steps.SetItem(i, new Step.Wait(TimeSpan.FromMilliseconds(1)));
            }
        }
    }
}
