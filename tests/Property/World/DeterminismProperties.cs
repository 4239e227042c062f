using Amqp.Property.Generators;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.World;

/// <summary>A run is a pure function of its scenario, and the cutting of its streams into reads shows
/// nowhere.</summary>
public class DeterminismProperties
{
    [Fact]
    public void W1_The_same_scenario_gives_the_same_trace() => Props.ForAll(
        "W1",
        Gens.From(draw => ScenarioGenerator.Generate(draw.Bits())),
        scenario =>
        {
            Outcome first = SimWorld.Run(scenario);
            Outcome second = SimWorld.Run(scenario);
            Assert.Null(Determinism.FirstDifference(first, second));
            Assert.Equal(first.TraceHash, second.TraceHash);
            Assert.Equal(first.Events.AsEnumerable(), second.Events);
        },
        ScenarioShrinker.Candidates);

    [Fact]
    public void W1_Every_draw_byte_and_event_of_a_sweep_is_the_same_the_second_time() => Props.ForAll(
        "W1.sweep",
        Gens.From(draw => ScenarioGenerator.Generate(draw.Bits(), GeneratorOptions.Sweep)),
        scenario =>
        {
            Assert.Null(Determinism.Check(scenario));
            Assert.Equal(SimWorld.Run(scenario).TraceHash, SimWorld.Run(scenario, keepsTrace: false).TraceHash);
        },
        cases: 500);

    [Fact]
    public void W1_The_first_difference_is_shown_with_what_is_around_it()
    {
        Outcome one = SimWorld.Run(ScenarioGenerator.Generate(5, GeneratorOptions.Sweep));
        int draw = Enumerable.Range(10, one.Trace.Length - 11).First(i => one.Trace[i].Contains(" draw "));
        Outcome other = one with { Trace = one.Trace.SetItem(draw, one.Trace[draw] + "0") };

        string? difference = Determinism.FirstDifference(one, other);

        Assert.StartsWith($"line {draw + 1}:", difference, StringComparison.Ordinal);
        Assert.All(
            (string[])[one.Trace[draw - 3], $"1 {one.Trace[draw]}", $"2 {one.Trace[draw]}0", one.Trace[draw + 1]],
            line => Assert.Contains(line, difference, StringComparison.Ordinal));
        Assert.Contains("hashes", Determinism.FirstDifference(one, one with { TraceHash = 1 }));
    }

    [Fact]
    public void W1_Another_seed_gives_another_trace() => Props.ForAll(
        "W1.other",
        Gens.From(draw => draw.Bits()),
        seed => Assert.NotEqual(
            SimWorld.Run(ScenarioGenerator.Generate(seed)).TraceHash,
            SimWorld.Run(ScenarioGenerator.Generate(seed + 1)).TraceHash),
        cases: 1000);

    [Fact]
    public void W2_Another_chunking_gives_the_same_events() => Props.ForAll(
        "W2",
        Gens.From(draw => (
            Scenario: Apart(ScenarioGenerator.Generate(
                draw.Bits(), new GeneratorOptions { Faults = FaultClasses.None, MaxBody = 5000 })),
            ToBroker: AnyChunking(draw),
            ToClient: AnyChunking(draw))),
        c =>
        {
            Outcome whole = SimWorld.Run(With(c.Scenario, Chunking.Whole, Chunking.Whole));
            Outcome other = SimWorld.Run(With(c.Scenario, c.ToBroker, c.ToClient));
            Assert.True(whole.IsGood, whole.ToString());
            Assert.True(other.IsGood, other.ToString());
            Assert.Equal(EventLists.Expand(whole), EventLists.Expand(other));
            Assert.Equal(whole.BytesToBroker, other.BytesToBroker);
        });

    // Each step settles before the next, so that both runs give the same commands at the same point of the
    // conversation.
    private static Scenario Apart(Scenario scenario) => scenario with
    {
        Steps = [.. scenario.Steps.SelectMany(step => new[] { step, new Step.Settle() })],
    };

    private static Scenario With(Scenario scenario, Chunking toBroker, Chunking toClient) => scenario with
    {
        Options = scenario.Options with { Link = new LinkOptions { ToBroker = toBroker, ToClient = toClient } },
    };

    private static Chunking AnyChunking(Draw draw) => draw.Int(0, 2) switch
    {
        0 => Chunking.OneByte,
        1 => Chunking.FixedSize(draw.Int(1, 100)),
        _ => Chunking.RandomPrefix,
    };
}
