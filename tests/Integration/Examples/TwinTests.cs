using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Xunit;

namespace Amqp.Integration.Examples;

/// <summary>The twin of each of Pika's examples runs to its end and prints what it should.</summary>
[Collection(FakeBrokerCollection.Name)]
public sealed class TwinTests(FakeBrokerFixture broker)
{
    [Theory]
    [InlineData("blocking-get", "got: a message", "then nothing")]
    [InlineData("blocking-consume", "1: message 1", "3: message 3", "stopped")]
    [InlineData("blocking-generator", "10: message 10", "requeued what was sent ahead", "left in the queue: 5")]
    [InlineData("blocking-publish", "text/plain: hello")]
    [InlineData("blocking-confirms", "confirmed", "returned: NO_ROUTE")]
    [InlineData("blocking-batch-consumer", "a batch of 4", "a batch of 2")]
    [InlineData("blocking-workers", "all six were handled by other threads")]
    [InlineData("blocking-heartbeat", "heartbeat 5 s")]
    [InlineData("long-running-publisher", "in the queue: 3")]
    [InlineData("consume-recover", "lost the connection", "consumed")]
    [InlineData("select-confirms", "confirmed: 10")]
    [InlineData("select-consumer", "consumed: from a timer", "closed")]
    [InlineData("async-connect", "connected: True")]
    [InlineData("async-consumer", "run 1 has consumed", "run 1 has ended", "run 2 has consumed", "run 2 has ended")]
    [InlineData("async-publisher", "confirmed: 495, failed: 5", "unsettled: 0")]
    [InlineData("sync-async-publish", "in the queue: 200")]
    [InlineData("threaded-publishers", "consumed: 100")]
    [InlineData("direct-reply-to", "the server says: 5 bytes")]
    public async Task The_twin_runs(string name, params string[] lines)
    {
        var (exitCode, output, errors) = await ExampleProcess.RunAsync("Twins", name, "--uri", broker.Uri);
        Assert.True(exitCode == 0, $"exit code {exitCode}\n{output}\n{errors}");
        Assert.Equal("", errors);
        var written = output.Split('\n', StringSplitOptions.TrimEntries);
        Assert.All(lines, line => Assert.Contains(line, written));
    }
}
