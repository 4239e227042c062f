using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Amqp.Engine.Base;
using Amqp.FakeBroker;
using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Amqp.Property.Conformance;
using Xunit;

namespace Amqp.Integration.Conformance;

/// <summary>
/// Conversations nobody recorded, played to a real RabbitMQ and to the fake: every frame of both must be the same.
/// AMQP_DIFF_CASES sets how many, AMQP_DIFF_SEED from which seed.
/// </summary>
[Collection(RealBrokerCollection.Name)]
public class DifferentialTests(RealBrokerFixture broker)
{
    private const int Workers = 6;
    private const int StepsEach = 14;

    [SkippableFact]
    public async Task The_fake_answers_generated_conversations_as_a_real_RabbitMQ_does()
    {
        Skip.If(broker.SkipReason is not null, broker.SkipReason);
        var uri = new Uri(broker.Uri);
        var port = uri.Port < 0 ? 5672 : uri.Port;
        using var probe = new TcpTarget(uri.Host, port, TimeSpan.FromMilliseconds(150));
        var version = ServerVersion.Read(probe);
        var profile = version.StartsWith("3.10.", StringComparison.Ordinal) ? BrokerProfile.RabbitMq310
            : version.StartsWith("4.0.", StringComparison.Ordinal) ? BrokerProfile.RabbitMq40
            : null;
        Skip.If(profile is null, $"there is no profile of RabbitMQ {version}");
        var first = Number("AMQP_DIFF_SEED", 1);
        var seeds = new ConcurrentQueue<ulong>();
        for (var i = 0; i < Number("AMQP_DIFF_CASES", 24); i++)
        {
            seeds.Enqueue(Prng.DeriveSeed((ulong)(first + i), "differential"));
        }

        var failures = new ConcurrentQueue<string>();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Factory.StartNew(
            () => Compare(uri.Host, port, profile!, seeds, failures),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.True(failures.IsEmpty, string.Join(Environment.NewLine + Environment.NewLine, failures));
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;

    private static void Compare(
        string host,
        int port,
        BrokerProfile profile,
        ConcurrentQueue<ulong> seeds,
        ConcurrentQueue<string> failures)
    {
        while (seeds.TryDequeue(out var seed))
        {
            using var real = new TcpTarget(host, port, TimeSpan.FromMilliseconds(120));
            using var fake = new CoreTarget(new BrokerOptions { Profile = profile });
            var scenario = new ScenarioGenerator(seed).Make(StepsEach);
            var expected = ScenarioPlayer.Record(real, scenario);
            var recorded = scenario.WithExpectations(expected);
            var differences = ScenarioPlayer.Play(fake, recorded);
            if (differences.Count > 0)
            {
                failures.Enqueue(string.Join(Environment.NewLine, [$"{seed}", .. differences, Replay(recorded)]));
            }
        }
    }

    private static string Replay(Scenario scenario) =>
        string.Join(Environment.NewLine, scenario.Steps.Select(each => "    " + Short(each)));

    private static string Short(JsonObject step)
    {
        var shown = step.DeepClone().AsObject();
        shown.Remove("expect");
        return shown.ToJsonString();
    }
}
