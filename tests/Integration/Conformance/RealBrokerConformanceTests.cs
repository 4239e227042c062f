using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Amqp.Property.Conformance;
using Xunit;

namespace Amqp.Integration.Conformance;

/// <summary>
/// The same scenarios to a real RabbitMQ of the version they were recorded from: it proves the runner. Some areas
/// only, for each step waits in real time; AMQP_CONFORMANCE=all plays every area that needs no rabbitmqctl.
/// </summary>
[Collection(RealBrokerCollection.Name)]
public class RealBrokerConformanceTests(RealBrokerFixture broker)
{
    private const int MostPlays = 3;

    private static readonly string[] Areas = ["confirms", "priority", "tx"];

    [SkippableFact]
    public void A_real_RabbitMQ_answers_as_was_recorded()
    {
        Skip.If(broker.SkipReason is not null, broker.SkipReason);
        var uri = new Uri(broker.Uri);
        using var target = new TcpTarget(uri.Host, uri.Port < 0 ? 5672 : uri.Port, TimeSpan.FromMilliseconds(150));
        var version = ServerVersion.Read(target);
        var corpus = version.StartsWith("3.10.", StringComparison.Ordinal) ? "rabbitmq-3.10"
            : version.StartsWith("4.0.", StringComparison.Ordinal) ? "rabbitmq-4.0"
            : null;
        Skip.If(corpus is null, $"nothing was recorded from RabbitMQ {version}");
        var isAll = Environment.GetEnvironmentVariable("AMQP_CONFORMANCE") == "all";
        List<string> failures = [];
        foreach (var scenario in ScenarioCorpus.Of(corpus!).Values.Where(
            each => each.SetUp.Count == 0 && each.Quirk is null && (isAll || Areas.Contains(each.Area))))
        {
            var differences = PlayUntilSame(target, scenario);
            if (differences.Count > 0)
            {
                failures.Add($"{scenario}: {string.Join(Environment.NewLine, differences)}");
            }
        }

        Assert.True(failures.Count == 0, string.Join(Environment.NewLine, failures));
    }

    // A real broker's processes race with each other, a confirm with the delivery of the same message for one (seen on
    // a busy machine): what was recorded is one of its answers, so another one is asked for. The fake has one chance.
    private static IReadOnlyList<string> PlayUntilSame(TcpTarget target, Scenario scenario)
    {
        IReadOnlyList<string> differences = [];
        for (var i = 0; i < MostPlays; i++)
        {
            differences = [.. ScenarioPlayer.Play(target, scenario)];
            if (differences.Count == 0)
            {
                break;
            }
        }

        return differences;
    }
}
