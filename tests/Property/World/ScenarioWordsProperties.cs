using Amqp.FakeBroker.Faults;
using Amqp.Property.Generators;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.World;

/// <summary>Scenarios of worlds as text, and what is written down of their runs.</summary>
public class ScenarioWordsProperties
{
    [Fact]
    public void W9_Every_generated_scenario_reads_back_as_it_was_written()
    {
        var seen = new Distribution("a method", "a fault", "a link");
        Props.ForAll(
            "W9",
            Gens.From(draw => ScenarioGenerator.Generate(
                draw.Bits(), draw.OneIn(2) ? GeneratorOptions.Sweep : new GeneratorOptions())),
            scenario =>
            {
                string text = scenario.ToText();
                seen.Case();
                seen.Saw("a method", scenario.Steps.Any(static step => step is Step.Call));
                seen.Saw("a fault", !scenario.Faults.IsEmpty);
                seen.Saw("a link", text.Contains("chunks "));
                Scenario again = Scenario.Parse(text);
                Assert.Equal(text, again.ToText());
                Assert.Equal(
                    SimWorld.Run(scenario, keepsTrace: false).TraceHash,
                    SimWorld.Run(again, keepsTrace: false).TraceHash);
            },
            cases: 500);
        seen.Require("W9", 5);
    }

    [Fact]
    public void W9_What_is_written_by_hand_is_read()
    {
        Scenario scenario = Scenario.Parse("""
            seed 3       # remarks are fine
            reconnect 50ms 2s
              frame-max 8192

            open 0
            publish 0 "" "a key" 20 persistent
            at 2s cut reset in the body of the third basic.publish
            at 1s move client clock -30s
            """);
        Assert.Equal(
            new Scenario
            {
                Seed = 3,
                Options = new WorldOptions
                {
                    Reconnect = new ReconnectOptions(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(2)),
                    Session = new() { FrameMax = 8192 },
                },
                Steps = [new Step.OpenChannel(0), new Step.Publish(0, "", "a key", 20, Persistent: true)],
                Faults =
                [
                    new PlannedFault(
                        TimeSpan.FromSeconds(2),
                        new CutConnection(null, new CutAtPlace(
                            ProtocolPlace.Parse("in the body of the third basic.publish"), CutKind.Reset))),
                    new PlannedFault(
                        TimeSpan.FromSeconds(1),
                        new Simulation.Links.StepClock(false, TimeSpan.FromSeconds(-30))),
                ],
            },
            scenario);
    }

    [Theory]
    [InlineData("open 0\n  jump 1", "line 2, column 3, 'jump 1': 'jump' is no condition, no step")]
    [InlineData("publish 0 \"\" q many", "line 1, column 1, 'publish 0 \"\" q many': a count of bytes is a number")]
    [InlineData("\n\nack 0 twice", "line 3, column 1, 'ack 0 twice': 'twice' is too much")]
    [InlineData("open", "a channel is missing")]
    [InlineData("open -1", "a channel must not be negative")]
    [InlineData("qos 0 70000", "line 1")]
    [InlineData("wait -1s", "'-1s' is not a time")]
    [InlineData("at soon restart 5s", "'soon' is not a time")]
    [InlineData("at 1s explode", "'explode' is no fault")]
    [InlineData("at 1s send bytes xy", "line 1, column 1")]
    [InlineData("declare 0 \"q", "a quotation mark is missing")]
    [InlineData("chunks whole and whole and whole", "chunks are given for the broker 'and' for the client")]
    [InlineData("heartbeat", "a time is missing")]
    public void W9_A_text_that_does_not_parse_says_where(string text, string complaint) =>
        Assert.Contains(complaint, Assert.Throws<FormatException>(() => Scenario.Parse(text)).Message);

    [Fact]
    public void W9_What_has_no_words_is_not_written_as_something_else()
    {
        var call = new Engine.Spec.QueueDeclare { Queue = "q", Passive = true, Durable = true };
        var scenario = new Scenario { Steps = [new Step.Call(0, call)] };
        Assert.Contains("has no words", Assert.Throws<FormatException>(scenario.ToText).Message);
        Assert.Throws<FormatException>(
            (new Scenario { Options = new WorldOptions { Session = new() { UserName = "me" } } }).ToText);
    }

    [Fact]
    public void W10_Evidence_of_a_run_has_its_steps_bytes_and_faults_and_changes_nothing() => Props.ForAll(
        "W10",
        Gens.From(draw => ScenarioGenerator.Generate(draw.Bits(), GeneratorOptions.Sweep)),
        scenario =>
        {
            var trace = new SimTrace();
            Outcome outcome = SimWorld.Run(scenario, trace);
            Assert.Equal(SimWorld.Run(scenario, keepsTrace: false).TraceHash, outcome.TraceHash);
            Assert.Equal(outcome.BytesToBroker, Sent(trace, TraceLane.Client));
            Assert.True(outcome.BytesToClient >= Sent(trace, TraceLane.Broker));
            Assert.Equal(
                outcome.Commands.Length + outcome.Events.Count(static each => each.Reason is not null),
                trace.Events.Count(static each => each.Kind == TraceKind.Note));
            Assert.DoesNotContain(
                FrameList.Of(trace), frame => frame.Name == "no frame" && frame.Direction == LinkDirection.ToBroker);
        },
        cases: 200);

    private static long Sent(SimTrace trace, TraceLane lane) => trace.Events
        .Where(each => each.Kind == TraceKind.Sent && each.Lane == lane)
        .Sum(static each => each.Bytes.Length);
}
