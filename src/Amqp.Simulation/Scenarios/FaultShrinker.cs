using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.Scenarios;

/// <summary>Proposes simpler faults of the same kind.</summary>
internal static class FaultShrinker
{
    public static IEnumerable<BrokerFault> Smaller(BrokerFault fault)
    {
        switch (fault)
        {
            case CutNextConnection next:
                return Smaller(next.Cut).Select(static cut => new CutNextConnection(cut));
            case CutConnection cut:
                return Smaller(cut.Cut).Select(each => cut with { Cut = each });
            case ClogLink clog:
                return ScenarioShrinker.Rounder(clog.For).Where(IsPositive).Select(span => clog with { For = span });
            case PartitionNetwork part:
                return ScenarioShrinker.Rounder(part.For).Where(IsPositive).Select(span => part with { For = span });
            case SlowConfirms slow:
                return ScenarioShrinker.Rounder(slow.Delay).Where(IsPositive).Select(span => new SlowConfirms(span));
            case RestartBroker restart:
                return ScenarioShrinker.Rounder(restart.Downtime).Select(static span => new RestartBroker(span));
            case CrashBroker crash:
                return ScenarioShrinker.Rounder(crash.Downtime).Select(span => crash with { Downtime = span })
                    .Concat(crash.LosesUnconfirmed ? [crash with { LosesUnconfirmed = false }] : []);
            case NackPublishes { Count: > 1 } nack:
                return [nack with { Count = 1 }];
            case ReturnPublishes { Count: > 1 } back:
                return [back with { Count = 1 }];
            case FailConnects { Count: > 1 } fail:
                return [fail with { Count = 1 }];
            default:
                return [];
        }
    }

    private static IEnumerable<Cut> Smaller(Cut cut)
    {
        switch (cut)
        {
            case CutAtByte byByte:
                foreach (long offset in (long[])[0, byByte.Offset / 2, byByte.Offset - 1])
                {
                    if (offset >= 0 && offset < byByte.Offset)
                    {
                        yield return byByte with { Offset = offset };
                    }
                }

                break;
            case CutAtTime byTime:
                foreach (TimeSpan after in ScenarioShrinker.Rounder(byTime.After))
                {
                    yield return byTime with { After = after };
                }

                break;
            case CutAtPlace { Place.Occurrence: > 1 } byPlace:
                yield return byPlace with { Place = byPlace.Place with { Occurrence = byPlace.Place.Occurrence - 1 } };
                break;
        }

        // A hang-up is the plainest way to go.
        if (cut.Kind != CutKind.Fin)
        {
            yield return cut with { Kind = CutKind.Fin };
        }
    }

    private static bool IsPositive(TimeSpan span) => span > TimeSpan.Zero;
}
