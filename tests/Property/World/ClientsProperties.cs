using Amqp.FakeBroker.Faults;
using Amqp.Property.Generators;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.World;

/// <summary>Several clients of one broker, and what drivers and links are allowed to do and hardly ever do.</summary>
public class ClientsProperties
{
    private const string Pair = """
        reconnect
        open 0
        settle
        declare 0 orders durable
        confirm 0
        settle
        wait 10ms
        publish 0 "" orders 20 persistent
        publish 0 "" orders 20 persistent
        settle
        client
        open 0
        settle
        declare 0 orders durable
        consume 0 orders worker
        settle
        wait 20ms
        ack 0
        wait 20ms
        ack 0
        at 12ms cut reset now
        """;

    [Fact]
    public void W12_One_client_gets_what_another_one_published_over_connections_of_their_own()
    {
        Scenario scenario = Scenario.Parse(Pair);
        Outcome outcome = SimWorld.Run(scenario);

        Assert.True(outcome.IsGood, outcome.ToString());
        Assert.Single(scenario.MoreClients);
        Assert.Equal(2, outcome.Events.Where(static e => e.Kind == Engine.Events.EventKind.Delivery)
            .Select(static e => e.Properties!.MessageId).Distinct().Count());
        Assert.True(outcome.Connections >= 4, $"{outcome.Connections} connections");
        Assert.True(outcome.Has(WorldMark.Redelivered) || outcome.Has(WorldMark.PublishedAgain), outcome.ToString());
        Assert.Contains(outcome.Trace, static line => line.Contains(" event2 Delivery", StringComparison.Ordinal));
    }

    [Fact]
    public void W12_A_client_leaves_the_draws_and_the_steps_of_the_others_as_they_were()
    {
        var shared = new Scenario
        {
            Seed = 3,
            Options = new WorldOptions
            {
                Reconnect = ReconnectOptions.Default,
                Link = new Simulation.Links.LinkOptions { Jitter = TimeSpan.FromMilliseconds(1) },
            },
            Steps = ScenarioKit.Publishing(5).Steps,
        };
        var idle = new ClientPlan { Steps = [new Step.OpenChannel(0)] };
        string[] alone = Draws(SimWorld.Run(shared));
        string[] together = Draws(SimWorld.Run(shared with { MoreClients = [idle] }));

        Assert.True(alone.Length > 5);
        Assert.Equal(alone.ToHashSet(), together.ToHashSet().Intersect(alone).ToHashSet());
    }

    [Fact]
    public void W12_What_is_left_of_several_clients_is_what_matters()
    {
        Scenario scenario = Scenario.Parse(Pair) with
        {
            Faults = [new PlannedFault(TimeSpan.Zero, new StopConfirms())],
            Options = new WorldOptions { Reconnect = ReconnectOptions.Default, MaxHappenings = 60 },
        };
        ClientPlan idle = new() { Steps = [new Step.OpenChannel(0), new Step.Settle()] };
        Scenario crowd = scenario with { MoreClients = [idle, .. scenario.MoreClients, idle] };
        Assert.Equal("L", SimWorld.Run(crowd).Label);

        (Scenario smallest, _) = ScenarioShrinker.Shrink(
            crowd, candidate => SimWorld.Run(candidate).Commands.Any(static each => each.Step is Step.Consume));

        Assert.Empty(smallest.MoreClients);
        Assert.Empty(smallest.Faults);
        Assert.Equal([new Step.OpenChannel(0), new Step.Consume(0, "orders", "worker")], smallest.Steps.AsEnumerable());
    }

    [Fact]
    public void W12_Worlds_of_several_clients_get_over_everything_too()
    {
        int several = 0;
        GeneratorOptions options = GeneratorOptions.Sweep with { MaxClients = 4 };
        for (ulong seed = 1; several < 1000; seed++)
        {
            Scenario scenario = ScenarioGenerator.Generate(seed, options);
            if (!scenario.MoreClients.IsEmpty)
            {
                several++;
                Outcome outcome = SimWorld.Run(scenario, keepsTrace: false);
                Assert.True(outcome.IsGood, $"seed {seed}: {outcome}");
                Assert.Equal(outcome.TraceHash, SimWorld.Run(scenario).TraceHash);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sites))]
    public void W13_What_is_allowed_and_unlikely_changes_the_run_and_breaks_nothing(BuggifySites site)
    {
        int differ = 0;
        for (ulong seed = 1; seed <= 400; seed++)
        {
            Scenario plain = ScenarioGenerator.Generate(seed, GeneratorOptions.Sweep with { Buggify = false });
            Scenario buggy = plain with { Options = plain.Options with { Buggify = site } };
            Outcome outcome = SimWorld.Run(buggy, keepsTrace: false);
            Assert.True(outcome.IsGood, $"seed {seed}: {outcome}");
            differ += outcome.TraceHash == SimWorld.Run(plain, keepsTrace: false).TraceHash ? 0 : 1;
        }

        Assert.True(differ > 100, $"{site} made a difference in {differ} worlds only");
    }

    [Fact]
    public void W13_Sites_are_read_written_and_left_out_when_they_do_not_matter()
    {
        Scenario scenario = Scenario.Parse("buggify EarlyTimers SlowTail\nopen 0\nsettle\n");
        Assert.Equal(BuggifySites.EarlyTimers | BuggifySites.SlowTail, scenario.Options.Buggify);
        Assert.Equal(scenario, Scenario.Parse(scenario.ToText()));
        Assert.Contains("Buggify = BuggifySites.EarlyTimers | BuggifySites.SlowTail,", scenario.ToCSharp());
        Assert.Contains(ScenarioShrinker.Candidates(scenario), each => each.Options.Buggify == BuggifySites.SlowTail);
        Assert.Contains(
            "'Never' is no site",
            Assert.Throws<FormatException>(() => Scenario.Parse("buggify Never")).Message);
    }

    [Fact]
    public void W13_Generated_worlds_have_several_clients_and_every_site()
    {
        var seen = new Distribution(
            [.. Enum.GetNames<BuggifySites>(), "several clients", "three clients"]);
        for (ulong seed = 1; seed <= 2000; seed++)
        {
            Scenario scenario = ScenarioGenerator.Generate(seed, GeneratorOptions.Sweep);
            seen.Case();
            foreach (BuggifySites site in Enum.GetValues<BuggifySites>())
            {
                bool isThere = site == BuggifySites.None
                    ? scenario.Options.Buggify == site
                    : scenario.Options.Buggify.HasFlag(site);
                seen.Saw(site.ToString(), isThere);
            }

            seen.Saw("several clients", scenario.MoreClients.Length > 0);
            seen.Saw("three clients", scenario.MoreClients.Length == 2);
        }

        seen.Require("W13", 8);
    }

    public static TheoryData<BuggifySites> Sites =>
        [.. Enum.GetValues<BuggifySites>().Where(static each => each != BuggifySites.None)];

    private static string[] Draws(Outcome outcome) =>
        [.. outcome.Trace.Where(static line => line.Contains(" draw ", StringComparison.Ordinal))
            .Select(static line => line[(line.IndexOf(" draw ", StringComparison.Ordinal) + 6)..])];
}
