using Amqp.Property.Generators;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.World;

/// <summary>The worlds of a sweep: a client that reconnects, and everything that may go wrong.</summary>
public class SweepProperties
{
    [Fact]
    public void W6_Whatever_goes_wrong_nothing_confirmed_is_lost_and_all_gets_well_again()
    {
        var seen = new Distribution("reconnected", "published again", "redelivered", "crashed", "healed by time");
        Props.ForAll(
            "W6",
            Gens.From(draw => ScenarioGenerator.Generate(draw.Bits(), GeneratorOptions.Sweep)),
            scenario =>
            {
                Outcome outcome = SimWorld.Run(scenario, keepsTrace: false);
                seen.Case();
                seen.Saw("reconnected", outcome.Has(WorldMark.Reconnected));
                seen.Saw("published again", outcome.Has(WorldMark.PublishedAgain));
                seen.Saw("redelivered", outcome.Has(WorldMark.Redelivered));
                seen.Saw("crashed", outcome.Has(WorldMark.Crashed));
                seen.Saw("healed by time", outcome.Has(WorldMark.HealedByTime));
                AssertGood(scenario, outcome);
            },
            cases: 3000);
        seen.Require("W6", 2);
    }

    [Fact]
    public void W6_A_client_that_does_not_reconnect_ends_each_session_well_under_every_fault()
    {
        GeneratorOptions options = GeneratorOptions.Sweep with { Reconnects = false };
        Props.ForAll(
            "W6.single",
            Gens.From(draw => ScenarioGenerator.Generate(draw.Bits(), options)),
            scenario =>
            {
                Outcome outcome = SimWorld.Run(scenario, keepsTrace: false);

                // Nothing is ever healed here, so a call may wait for ever; only what is safe is asked for.
                Assert.True(outcome.Failures.IsEmpty, $"{scenario}\n{SimWorld.Run(scenario)}");
            },
            ScenarioShrinker.Candidates);
    }

    [Fact]
    public void W5_Every_mark_is_hit_by_some_world()
    {
        ulong missing = Enum.GetValues<WorldMark>().Aggregate(0UL, static (bits, mark) => bits | (1UL << (int)mark));
        for (ulong seed = 1; missing != 0 && seed < 20_000; seed++)
        {
            missing &= ~SimWorld.Run(ScenarioGenerator.Generate(seed, GeneratorOptions.Sweep), false).Marks;
        }

        Assert.DoesNotContain(Enum.GetValues<WorldMark>(), mark => (missing & (1UL << (int)mark)) != 0);
    }

    [Fact]
    public void W6_A_fault_whose_place_never_comes_is_told_to_be_not_reached()
    {
        Scenario scenario = ScenarioKit.Publishing(1);
        var cut = new Amqp.FakeBroker.Faults.CutAtPlace(
            Amqp.FakeBroker.Faults.ProtocolPlace.Parse("in the body of the third basic.publish"),
            Amqp.FakeBroker.Faults.CutKind.Reset);

        Outcome missed = SimWorld.Run(scenario with { Faults = [PlannedFault.OfFirst(cut)] });
        Outcome met = SimWorld.Run(ScenarioKit.Publishing(3) with { Faults = [PlannedFault.OfFirst(cut)] });

        Assert.Equal(PlannedFault.OfFirst(cut), Assert.Single(missed.NotReached));
        Assert.Empty(met.NotReached);
        Assert.True(met.Has(WorldMark.CutAtPlace) && met.Has(WorldMark.PublishedAgain), met.ToString());
    }

    /// <summary>FsCheck finds, ours shrinks: the message is the smallest scenario as a test would keep it.</summary>
    private static void AssertGood(Scenario scenario, Outcome outcome)
    {
        if (!outcome.IsGood)
        {
            (Scenario smallest, int runs) = ScenarioShrinker.Shrink(scenario);
            Assert.Fail($"after {runs} candidates:\n{smallest.ToCSharp()}\n{SimWorld.Run(smallest)}");
        }
    }
}
