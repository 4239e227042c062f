using System.Text;
using Amqp.FakeBroker;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>Bodies that are lent instead of given: whole at any size, and not readable afterwards.</summary>
public sealed class BodyModeTests
{
    // Empty, in one frame, in several, and in so many that the memory grows on the way.
    private static readonly int[] Sizes = [0, 1, 100, 70_000, 300_000, 3_000_001];

    [Fact]
    public async Task A_borrowed_body_is_whole_and_ends_with_its_handler()
    {
        await using var broker = new InMemoryBroker();
        await using var connection = await ConnectAsync(broker);
        await using var channel = await connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        var done = new TaskCompletionSource<List<byte[]>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var bodies = new List<byte[]>();
        BorrowedDelivery kept = default;
        await channel.SubscribeBorrowedAsync("q", async (delivery, token) =>
        {
            kept = delivery;
            bodies.Add(delivery.Body.ToArray());
            await delivery.AckAsync(cancellationToken: token);
        }).Within();
        await PublishAsync(channel);
        var end = await channel.SubscribeAsync("end", (_, _) =>
        {
            done.SetResult(bodies);
            return default;
        }).Within();
        await channel.PublishAsync("", "end", default).Within();
        AssertBodies(await done.Task.Within());
        Assert.Throws<ObjectDisposedException>(() => kept.Body);
        Assert.True(end.Channel.IsOpen);
    }

    [Fact]
    public async Task An_inline_body_is_whole()
    {
        await using var broker = new InMemoryBroker();
        await using var connection = await ConnectAsync(broker);
        await using var channel = await connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        await channel.DeclareQueueAsync("end").Within();
        var done = new TaskCompletionSource<List<byte[]>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var bodies = new List<byte[]>();
        await channel.SubscribeInlineAsync("q", (in InlineDelivery delivery) =>
        {
            bodies.Add(delivery.Body.ToArray());
            Assert.True(delivery.Ack());
            if (bodies.Count == Sizes.Length)
            {
                done.SetResult(bodies);
            }
        }).Within();
        await PublishAsync(channel);
        AssertBodies(await done.Task.Within());
    }

    private static Task<AmqpConnection> ConnectAsync(InMemoryBroker broker) => AmqpConnection.ConnectAsync(
        new AmqpConnectionOptions(), new DuplexPipeConnector(_ => ValueTask.FromResult(broker.Connect()))).Within();

    private static async Task PublishAsync(AmqpChannel channel)
    {
        await channel.DeclareQueueAsync("end").Within();
        foreach (var size in Sizes)
        {
            await channel.PublishAsync("", "q", Body(size)).Within();
        }
    }

    private static byte[] Body(int size) => Encoding.ASCII.GetBytes(new string((char)('a' + (size % 26)), size));

    private static void AssertBodies(List<byte[]> bodies)
    {
        Assert.Equal(Sizes.Length, bodies.Count);
        Assert.All(Sizes.Zip(bodies), pair => Assert.Equal(Body(pair.First), pair.Second));
    }
}
