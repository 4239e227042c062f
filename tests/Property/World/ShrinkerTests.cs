using Amqp.FakeBroker.Faults;
using Amqp.Property.Generators;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.World;

/// <summary>I7: shrinking ends at scenarios to which everything matters, and never changes the reason.</summary>
public class ShrinkerTests
{
    [Fact]
    public void I7_What_does_not_matter_is_left_out_and_what_matters_becomes_plain()
    {
        var seen = new Distribution("shrunk");
        Props.ForAll(
            "I7.shrink",
            Gens.From(draw => ScenarioGenerator.Generate(draw.Bits(), GeneratorOptions.Sweep)),
            scenario =>
            {
                // "Fails" when there is a crash, and a publish of more than 5 bytes behind a consumer.
                static bool Fails(Scenario each) =>
                    each.Faults.Any(fault => fault.Fault is CrashBroker)
                    && each.Steps.SkipWhile(step => step is not Step.Consume)
                        .Any(step => step is Step.Publish { BodySize: > 5 });
                seen.Case();
                if (!Fails(scenario))
                {
                    return;
                }

                (Scenario smallest, _) = ScenarioShrinker.Shrink(scenario, Fails);
                seen.Saw("shrunk");
                Assert.Equal(2, smallest.Steps.Length);
                Assert.IsType<Step.Consume>(smallest.Steps[0]);
                Assert.True(smallest.Steps[1] is Step.Publish { BodySize: 6, Mandatory: false, Persistent: false });
                PlannedFault fault = Assert.Single(smallest.Faults);
                Assert.Equal(TimeSpan.Zero, fault.At);
                Assert.Equal(new CrashBroker(TimeSpan.Zero), fault.Fault);
                Assert.Equal(new Amqp.Simulation.Links.LinkOptions(), smallest.Options.Link);
            },
            cases: 1000);
        seen.Require("I7.shrink", 1);
    }

    [Fact]
    public void I7_Candidates_are_other_scenarios_and_each_can_be_run() => Props.ForAll(
        "I7.candidates",
        Gens.From(draw => ScenarioGenerator.Generate(
            draw.Bits(), GeneratorOptions.Sweep with { MaxSteps = 5, MaxBody = 100 })),
        scenario =>
        {
            foreach (Scenario candidate in ScenarioShrinker.Candidates(scenario).Take(30))
            {
                Assert.NotEqual(scenario, candidate);
                Assert.Null(SimWorld.Run(candidate, keepsTrace: false).Label);
            }
        },
        cases: 200);

    [Fact]
    public void I7_A_candidate_that_fails_otherwise_is_not_taken()
    {
        // Confirms never come, so the world is stuck; most of what is smaller is well, or fails for another reason.
        Scenario stuck = ScenarioKit.Publishing(3) with
        {
            Options = new WorldOptions
            {
                MaxHappenings = 60,
                Reconnect = ReconnectOptions.Default,
                FaultsEnd = TimeSpan.FromDays(1),
                Limit = TimeSpan.FromDays(1),
            },
            Faults = [new PlannedFault(TimeSpan.FromMilliseconds(1), new StopConfirms())],
        };
        Assert.Equal("L", SimWorld.Run(stuck).Label);

        (Scenario smallest, int runs) = ScenarioShrinker.Shrink(stuck, budget: 300);

        Assert.Equal("L", SimWorld.Run(smallest).Label);
        Assert.InRange(runs, 1, 301);
        Assert.True(smallest.Steps.Length <= stuck.Steps.Length);
    }
}
