using Amqp.FakeBroker;
using Amqp.Property.Tidy;
using Xunit;

namespace Amqp.Property.Conformance;

/// <summary>
/// What was recorded from real RabbitMQ nodes, played to the broker's core under virtual time: every frame, step by
/// step. A scenario marked as a quirk is a bug of RabbitMQ's that the fake does not copy; those are listed by name in
/// docs/fake-broker.md, and a test holds the list.
/// </summary>
public class ConformanceTests
{
    public static TheoryData<string> Scenarios310 => Names("rabbitmq-3.10");

    public static TheoryData<string> Scenarios40 => Names("rabbitmq-4.0");

    [Theory]
    [MemberData(nameof(Scenarios310))]
    public void The_core_answers_as_RabbitMQ_3_10(string name) => Play("rabbitmq-3.10", name);

    [Theory]
    [MemberData(nameof(Scenarios40))]
    public void The_core_answers_as_RabbitMQ_4_0(string name) => Play("rabbitmq-4.0", name);

    [Fact]
    public void Every_scenario_that_is_not_played_is_named_among_the_differences() => Findings.None(
        "quirks that docs/fake-broker.md does not name",
        from version in new[] { "rabbitmq-3.10", "rabbitmq-4.0" }
        from scenario in ScenarioCorpus.Of(version).Values
        where scenario.Quirk is not null
            && !Repository.Read("docs/fake-broker.md").Contains($"`{scenario}`", StringComparison.Ordinal)
        select $"{version}: {scenario}");

    [Fact]
    public void The_corpora_are_whole()
    {
        Assert.Equal(936, ScenarioCorpus.Of("rabbitmq-3.10").Count);
        Assert.Equal(913, ScenarioCorpus.Of("rabbitmq-4.0").Count);
    }

    private static TheoryData<string> Names(string version) =>
        [.. ScenarioCorpus.Of(version).Values.Where(each => each.Quirk is null).Select(each => each.ToString())];

    private static void Play(string version, string name)
    {
        var scenario = ScenarioCorpus.Of(version)[name];
        using var target = new CoreTarget(new BrokerOptions { Profile = BrokerProfile.Find(version)! });
        foreach (var command in scenario.SetUp)
        {
            target.Control(command);
        }

        var differences = ScenarioPlayer.Play(target, scenario);
        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, [name, .. differences]));
    }
}
