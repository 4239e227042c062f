using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;
using Amqp.Simulation.World;

namespace Amqp.Simulation.Scenarios;

/// <summary>
/// Makes failing scenarios smaller: whole classes off, then chunks of faults and steps (½, ¼, …, single ones), then
/// values. A candidate is taken only when it fails for the same reason, so that one bug does not turn into another.
/// </summary>
public static class ScenarioShrinker
{
    /// <summary>How many candidates are run where the caller does not say.</summary>
    public const int DefaultBudget = 5_000;

    private const int BusyHappenings = 10_000;
    private const int FewestHappenings = 1_000;
    private const int HappeningsOfCandidates = 4;

    /// <summary>Searches for the smallest scenario with the same label.</summary>
    /// <param name="scenario">A scenario that fails.</param>
    /// <param name="budget">How many candidates may be run.</param>
    /// <returns>The smallest one found, the scenario itself at worst; and how many candidates were run.</returns>
    public static (Scenario Smallest, int Runs) Shrink(Scenario scenario, int budget = DefaultBudget)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        Outcome outcome = SimWorld.Run(scenario, keepsTrace: false);
        if (outcome.Happenings > BusyHappenings)
        {
            // A world that never comes to rest shows it soon, and each candidate would be run to the end.
            Scenario shorter = scenario with
            {
                Options = scenario.Options with { MaxHappenings = BusyHappenings },
            };
            Outcome soon = SimWorld.Run(shorter, keepsTrace: false);
            (scenario, outcome) = soon.Label == outcome.Label ? (shorter, soon) : (scenario, outcome);
        }

        // A candidate that goes on for much longer fails in another way if at all: not settling is a way of its own.
        int enough = outcome.Label == "L"
            ? int.MaxValue
            : FewestHappenings + (HappeningsOfCandidates * outcome.Happenings);
        return Shrink(scenario, candidate => Label(candidate, enough) == outcome.Label, budget);
    }

    private static string? Label(Scenario candidate, int enough)
    {
        WorldOptions options = candidate.Options with
        {
            MaxHappenings = Math.Min(candidate.Options.MaxHappenings, enough),
        };
        return SimWorld.Run(candidate with { Options = options }, keepsTrace: false).Label;
    }

    /// <summary>Searches for the smallest scenario that still fails.</summary>
    /// <param name="scenario">A scenario that fails.</param>
    /// <param name="fails">Whether a candidate fails in the same way.</param>
    /// <param name="budget">How many candidates may be run.</param>
    /// <returns>The smallest one found, and how many candidates were run.</returns>
    public static (Scenario Smallest, int Runs) Shrink(
        Scenario scenario, Predicate<Scenario> fails, int budget = DefaultBudget)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(fails);
        int runs = 0;
        bool isSmaller = true;
        while (isSmaller && runs < budget)
        {
            isSmaller = false;
            foreach (Scenario candidate in Candidates(scenario))
            {
                if (++runs > budget)
                {
                    break;
                }

                if (fails(candidate))
                {
                    scenario = candidate;
                    isSmaller = true;
                    break;
                }
            }
        }

        return (scenario, runs);
    }

    /// <summary>Proposes candidates that are smaller than a scenario, most radical first, and never the scenario
    /// itself.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <returns>Valid scenarios.</returns>
    public static IEnumerable<Scenario> Candidates(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return Candidates();

        IEnumerable<Scenario> Candidates()
        {
            foreach (WorldOptions options in SmallerOptions(scenario.Options))
            {
                yield return scenario with { Options = options };
            }

            foreach (ImmutableArray<PlannedFault> faults in Fewer(scenario.Faults))
            {
                yield return scenario with { Faults = faults };
            }

            foreach (Scenario fewer in FewerClients(scenario))
            {
                yield return fewer;
            }

            foreach (ImmutableArray<Step> steps in Fewer(scenario.Steps))
            {
                yield return scenario with { Steps = steps };
            }

            foreach (ImmutableArray<Step> steps in SmallerSteps(scenario.Steps))
            {
                yield return scenario with { Steps = steps };
            }

            foreach (ImmutableArray<PlannedFault> faults in SmallerFaults(scenario.Faults))
            {
                yield return scenario with { Faults = faults };
            }

            if (scenario.Seed > 1)
            {
                yield return scenario with { Seed = 1 };
            }
        }
    }

    /// <summary>Without clients, then one client doing less; any of the others may become the first.</summary>
    private static IEnumerable<Scenario> FewerClients(Scenario scenario)
    {
        ImmutableArray<ClientPlan> clients = scenario.MoreClients;
        foreach (ImmutableArray<ClientPlan> fewer in Fewer(clients))
        {
            yield return scenario with { MoreClients = fewer };
        }

        for (int i = 0; i < clients.Length; i++)
        {
            yield return scenario with { Steps = clients[i].Steps, MoreClients = clients.RemoveAt(i) };
            foreach (ImmutableArray<Step> steps in Fewer(clients[i].Steps).Concat(SmallerSteps(clients[i].Steps)))
            {
                yield return scenario with { MoreClients = clients.SetItem(i, clients[i] with { Steps = steps }) };
            }
        }
    }

    /// <summary>Each condition by itself as it is where nobody asks for another one; all of them first.</summary>
    private static IEnumerable<WorldOptions> SmallerOptions(WorldOptions options)
    {
        var plain = new WorldOptions();
        if (options.Link != plain.Link)
        {
            yield return options with { Link = plain.Link };
            foreach (LinkOptions link in SmallerLinks(options.Link, plain.Link))
            {
                yield return options with { Link = link };
            }
        }

        if (options.Buggify != BuggifySites.None)
        {
            yield return options with { Buggify = BuggifySites.None };
            foreach (BuggifySites site in Buggifier.Sites.Where(each => options.Buggify.HasFlag(each)))
            {
                BuggifySites fewer = options.Buggify & ~site;
                if (fewer != BuggifySites.None)
                {
                    yield return options with { Buggify = fewer };
                }
            }
        }

        if (options.Session != plain.Session)
        {
            yield return options with { Session = plain.Session };
        }

        if (options.ClientClock.DriftPpm != 0 || options.BrokerClock.DriftPpm != 0)
        {
            yield return options with { ClientClock = plain.ClientClock, BrokerClock = plain.BrokerClock };
        }

        if (options.Origin != plain.Origin)
        {
            yield return options with { Origin = plain.Origin };
        }
    }

    private static IEnumerable<LinkOptions> SmallerLinks(LinkOptions link, LinkOptions plain)
    {
        LinkOptions[] simpler =
        [
            link with { ToBroker = plain.ToBroker },
            link with { ToClient = plain.ToClient },
            link with { Latency = plain.Latency },
            link with { Jitter = plain.Jitter },
            link with { ChunkGap = plain.ChunkGap },
            link with { ReceiveWindow = plain.ReceiveWindow },
            link with { BytesPerSecond = plain.BytesPerSecond },
            link with { ShortWrites = plain.ShortWrites },
        ];
        return simpler.Where(each => each != link);
    }

    /// <summary>Halves, quarters, … and at last single ones left out: ddmin over a list.</summary>
    private static IEnumerable<ImmutableArray<T>> Fewer<T>(ImmutableArray<T> items)
    {
        if (items.Length > 0)
        {
            yield return [];
        }

        for (int size = items.Length / 2; size >= 1; size /= 2)
        {
            for (int start = 0; start < items.Length; start += size)
            {
                yield return items.RemoveRange(start, Math.Min(size, items.Length - start));
            }
        }
    }

    private static IEnumerable<ImmutableArray<Step>> SmallerSteps(ImmutableArray<Step> steps)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            foreach (Step step in Smaller(steps[i]))
            {
                yield return steps.SetItem(i, step);
            }
        }
    }

    private static IEnumerable<Step> Smaller(Step step)
    {
        switch (step)
        {
            case Step.Publish publish:
                foreach (int size in SmallerNumbers(publish.BodySize))
                {
                    yield return publish with { BodySize = size };
                }

                if (publish.Mandatory)
                {
                    yield return publish with { Mandatory = false };
                }

                if (publish.Persistent)
                {
                    yield return publish with { Persistent = false };
                }

                break;
            case Step.Wait wait when wait.Span > TimeSpan.FromMilliseconds(1):
                yield return new Step.Wait(TimeSpan.FromMilliseconds(1));
                foreach (TimeSpan span in Rounder(wait.Span))
                {
                    yield return new Step.Wait(span);
                }

                break;
            case Step.Qos { Prefetch: > 1 } qos:
                yield return qos with { Prefetch = 1 };
                break;
            case Step.Ack { Multiple: true } ack:
                yield return ack with { Multiple = false };
                break;
            case Step.Nack { Multiple: true } nack:
                yield return nack with { Multiple = false };
                break;
        }
    }

    private static IEnumerable<ImmutableArray<PlannedFault>> SmallerFaults(ImmutableArray<PlannedFault> faults)
    {
        for (int i = 0; i < faults.Length; i++)
        {
            PlannedFault fault = faults[i];
            foreach (TimeSpan at in Rounder(fault.At))
            {
                yield return faults.SetItem(i, fault with { At = at });
            }

            foreach (BrokerFault smaller in FaultShrinker.Smaller(fault.Fault))
            {
                yield return faults.SetItem(i, fault with { Fault = smaller });
            }
        }
    }

    /// <summary>Zero, one, half, one less.</summary>
    internal static IEnumerable<int> SmallerNumbers(int number)
    {
        if (number > 0)
        {
            yield return 0;
        }

        if (number > 1)
        {
            yield return 1;
            yield return number / 2;
            yield return number - 1;
        }
    }

    /// <summary>Earlier times with fewer digits.</summary>
    internal static IEnumerable<TimeSpan> Rounder(TimeSpan time)
    {
        if (time > TimeSpan.Zero)
        {
            yield return TimeSpan.Zero;
        }

        foreach (int unit in (int[])[10_000, 1_000, 100, 10, 1])
        {
            TimeSpan rounded = TimeSpan.FromMilliseconds(Math.Floor(time.TotalMilliseconds / unit) * unit);
            if (rounded > TimeSpan.Zero && rounded < time)
            {
                yield return rounded;
            }
        }
    }
}
