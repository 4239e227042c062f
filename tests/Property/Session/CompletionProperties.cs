using Amqp.Property.Generators;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>B6: every call gets exactly one completion, whatever happens to its channel and its session.</summary>
public class CompletionProperties
{
    [Fact]
    public void B6_Every_call_is_completed_exactly_once_under_any_script()
    {
        var seen = new Distribution("many calls");
        Props.ForAll(
            "B6.script",
            PeerScript.Any,
            script =>
            {
                PeerScript.Result result = script.Run();
                seen.Case();
                seen.Saw("many calls", result.Calls > 3);
                Assert.Empty(result.Failures);
            },
            PeerScript.Shrink);
        seen.Require("B6.script", 30);
    }

    [Fact]
    public void B6_Every_call_is_completed_exactly_once_in_any_world()
    {
        var seen = new Distribution("cut", "not cut");
        Props.ForAll(
            "B6.world",
            Gens.From(draw => ScenarioGenerator.Generate(draw.Bits())),
            scenario =>
            {
                Outcome outcome = SimWorld.Run(scenario);
                seen.Case();
                seen.Saw(scenario.Faults.IsEmpty ? "not cut" : "cut");
                Assert.True(outcome.IsGood, outcome.ToString());
            },
            ScenarioShrinker.Candidates);
        seen.Require("B6.world", 20);
    }
}
