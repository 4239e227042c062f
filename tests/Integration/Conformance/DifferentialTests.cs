using System.Globalization;
using Amqp.FakeBroker;
using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Xunit;
using Xunit.Abstractions;

namespace Amqp.Integration.Conformance;

/// <summary>
/// Conversations nobody recorded, played to a real RabbitMQ and to the fake: every frame of both must be the same.
/// AMQP_DIFF_CASES sets how many, or AMQP_DIFF_SECONDS for how long, AMQP_DIFF_SEED from which seed, and
/// AMQP_DIFF_WORKERS how many at a time; what differs is shrunk, and kept in the folder that AMQP_DIFF_KEEP names in
/// the form of the recorded scenarios. Access control and policies need the broker's rabbitmqctl.
/// </summary>
[Collection(RealBrokerCollection.Name)]
public class DifferentialTests(RealBrokerFixture broker, ITestOutputHelper output)
{
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
        var run = new DifferentialRun(uri.Host, port, profile!, broker.Control is not null, Kept);
        await SetUpAsync();
        try
        {
            await run.RunAsync(
                Number("AMQP_DIFF_WORKERS") ?? 6,
                Number("AMQP_DIFF_SEED") ?? 1,
                Number("AMQP_DIFF_CASES") ?? 24,
                Number("AMQP_DIFF_SECONDS") is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        }
        finally
        {
            await TearDownAsync();
        }

        output.WriteLine(run.Summary);
        Assert.True(
            run.Failures.Count == 0,
            string.Join(Environment.NewLine + Environment.NewLine, [.. run.Failures, run.Summary]));
    }

    private static string? Kept => Environment.GetEnvironmentVariable("AMQP_DIFF_KEEP");

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private async Task SetUpAsync()
    {
        await TearDownAsync();
        foreach (var command in broker.Control is null ? [] : DifferentialSetUp.Commands)
        {
            await broker.Control!.RunAsync(command);
        }
    }

    private async Task TearDownAsync()
    {
        foreach (var command in broker.Control is null ? [] : DifferentialSetUp.Undo)
        {
            try
            {
                await broker.Control!.RunAsync(command);
            }
            catch (InvalidOperationException)
            {
                // It is not there: an earlier run undid it.
            }
        }
    }
}
