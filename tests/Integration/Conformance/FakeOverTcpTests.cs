using System.Collections.Concurrent;
using Amqp.FakeBroker;
using Amqp.Property.Conformance;
using Xunit;

namespace Amqp.Integration.Conformance;

/// <summary>The recorded scenarios through sockets: what the core says must survive its host.</summary>
public class FakeOverTcpTests
{
    private const int Workers = 24;

    [Theory]
    [InlineData("rabbitmq-3.10")]
    [InlineData("rabbitmq-4.0")]
    public async Task The_fake_answers_over_TCP_as_was_recorded(string version)
    {
        var scenarios = new ConcurrentQueue<Scenario>(
            ScenarioCorpus.Of(version).Values.Where(each => each.Quirk is null && each.SetUp.Count == 0));
        var failures = new ConcurrentQueue<string>();

        // The player blocks while it waits, so its workers are threads of their own: the brokers need the pool. Each
        // scenario has a broker of its own.
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Factory.StartNew(
            () => PlayAll(version, scenarios, failures),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));
        Assert.True(failures.IsEmpty, string.Join(Environment.NewLine, failures.Take(10)));
    }

    private static void PlayAll(
        string version,
        ConcurrentQueue<Scenario> scenarios,
        ConcurrentQueue<string> failures)
    {
        while (scenarios.TryDequeue(out var scenario))
        {
            var broker = new InMemoryBroker(new BrokerOptions { Profile = BrokerProfile.Find(version)! });
            var listener = broker.ListenAsync().GetAwaiter().GetResult();
            using (var target = new TcpTarget("127.0.0.1", listener.Port, TimeSpan.FromMilliseconds(100)))
            {
                var differences = ScenarioPlayer.Play(target, scenario);
                if (differences.Count > 0)
                {
                    failures.Enqueue($"{scenario}: {string.Join(Environment.NewLine, differences)}");
                }
            }

            broker.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
