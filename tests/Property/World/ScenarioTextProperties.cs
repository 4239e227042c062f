using Amqp.FakeBroker.Faults;
using Amqp.Property.Generators;
using Amqp.Simulation;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;
using Xunit;

namespace Amqp.Property.World;

/// <summary>Scenarios of asynchronous worlds as text.</summary>
public class ScenarioTextProperties
{
    [Fact]
    public void T10_Every_scenario_that_is_made_up_reads_back_as_it_was_written()
    {
        var seen = new Distribution("faults", "chunks", "a place");
        Props.ForAll(
            "T10",
            Gens.From(draw => draw.Bits()),
            seed =>
            {
                var scenario = new SimFaultMix { MaxFaults = 6 }.Generate(seed);
                var text = scenario.ToString();
                seen.Case();
                seen.Saw("faults", scenario.Faults.Length > 0);
                seen.Saw("chunks", scenario.Link?.ToBroker.Kind != ChunkingKind.Whole);
                seen.Saw("a place", text.Contains(" the "));
                Assert.Equal(scenario, SimScenario.Parse(text));
                Assert.Equal(text, SimScenario.Parse(text).ToString());
            });
        seen.Require("T10", 5);
    }

    [Fact]
    public void T10_The_faults_of_the_pages_are_read()
    {
        var scenario = SimScenario.Parse("""
            seed 0x10              # remarks and lines are fine
            latency 1.5ms; jitter 500us; chunks random and one byte
            at 0s cut reset in the body of the third basic.publish; at 1min cut next fin after 5s
            at 2s cut one-way after 100 bytes to-client
            at 2s close connections for a test; at 2s delete queue q
            """);
        Assert.Equal(16ul, scenario.Seed);
        Assert.Equal(TimeSpan.FromMilliseconds(1.5), scenario.Link!.Latency);
        Assert.Equal(Chunking.OneByte, scenario.Link.ToClient);
        Assert.Equal(
            [
                new PlannedFault(TimeSpan.Zero, new CutConnection(null, new CutAtPlace(
                    ProtocolPlace.Parse("in the body of the third basic.publish"), CutKind.Reset))),
                new PlannedFault(TimeSpan.FromMinutes(1), new CutNextConnection(
                    new CutAtTime(TimeSpan.FromSeconds(5), CutKind.Fin))),
                new PlannedFault(TimeSpan.FromSeconds(2), new CutConnection(null, new CutAtByte(
                    LinkDirection.ToClient, 100, CutKind.SilentOneWay))),
                new PlannedFault(TimeSpan.FromSeconds(2), new CloseConnection(null, "for a test")),
                new PlannedFault(TimeSpan.FromSeconds(2), new DeleteQueue("/", "q")),
            ],
            scenario.Faults.ToArray());
    }

    [Theory]
    [InlineData("seed x", "at character 1, 'seed x'")]
    [InlineData("seed 1; at soon restart 1s", "at character 9, 'at soon restart 1s': 'soon' is not a time")]
    [InlineData("seed 1; at 0s explode", "at character 9, 'at 0s explode': 'explode' is no fault")]
    [InlineData("seed 1;\nat 0s cut reset in the body of the first queue.declare", "carries no content")]
    [InlineData("seed 1; at 0s cut hard now", "'hard' is no kind of cut")]
    [InlineData("seed 1; latency", "write 'seed N'")]
    [InlineData("seed 99999999999999999999", "is no seed")]
    [InlineData("chunks of zero", "at character 1")]
    [InlineData("at 0s connects slowly 2", "'slowly' is not refused")]
    public void T10_What_cannot_be_read_is_told_with_its_place(string text, string complaint) =>
        Assert.Contains(complaint, Assert.Throws<FormatException>(() => SimScenario.Parse(text)).Message);

    [Fact]
    public void T10_A_commits_hash_is_a_seed() =>
        Assert.Equal(0x0123456789abcdeful, SimEnvironment.ParseSeed("0123456789abcdef0123456789abcdef01234567"));
}
