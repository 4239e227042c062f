using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Xunit;

namespace Amqp.Integration.Examples;

/// <summary>Each example runs to its end, by itself and against a broker at a URI, and prints what it should.</summary>
[Collection(FakeBrokerCollection.Name)]
public sealed class ExampleTests(FakeBrokerFixture broker)
{
    [Theory]
    [InlineData("ResilientService", "invoice for order 1", "invoice for order 3", "stopped")]
    [InlineData("Quickstart", "sent      hello", "received  hello", "received  Amqp.Sim", "closed")]
    [InlineData("PublishOne", "published 'Test Message' to queue 'test'")]
    [InlineData("ConsumeUntilTen", "1: message 1", "10: message 10", "left in the queue: 2")]
    [InlineData("ManualDriver", "connected", "confirmed 1", "delivered hello", "closed: ClosedByApplication")]
    [InlineData("KestrelDriver", "connected", "confirmed 1", "delivered hello", "closed: ClosedByApplication")]
    public async Task The_example_runs(string name, params string[] lines)
    {
        await AssertRunsAsync(name, [], lines);
        await AssertRunsAsync(name, ["--uri", broker.Uri], lines);
    }

    private static async Task AssertRunsAsync(string name, string[] arguments, string[] lines)
    {
        var (exitCode, output, errors) = await ExampleProcess.RunAsync(name, arguments);
        Assert.True(exitCode == 0, $"exit code {exitCode}\n{output}\n{errors}");
        Assert.Equal("", errors);
        var written = output.Split('\n', StringSplitOptions.TrimEntries);
        Assert.All(lines, line => Assert.Contains(line, written));
    }
}
