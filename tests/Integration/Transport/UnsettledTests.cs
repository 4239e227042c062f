using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>Which publishes are not settled, while the channel is open and after a loss.</summary>
public sealed class UnsettledTests
{
    [Fact]
    public async Task What_is_unsettled_can_be_listed_before_and_after_the_connection_is_lost()
    {
        var peer = new PipePeer();
        var connection = await peer.ConnectAsync(new AmqpConnectionOptions()).Within();
        var channel = await peer.OpenChannelAsync(connection, confirms: true).Within();
        var publishes = Enumerable.Range(0, 6)
            .Select(_ => channel.PublishAsync("", "q", new byte[4]).AsTask())
            .ToList();
        Assert.Equal([1ul, 2, 3, 4, 5, 6], channel.ListUnsettledPublishes());
        peer.Queue(1, new BasicAck { DeliveryTag = 2, Multiple = true });
        peer.Queue(1, new BasicNack { DeliveryTag = 5 });
        await peer.FlushAsync().Within();
        await publishes[0].Within();
        await publishes[1].Within();
        await Assert.ThrowsAsync<PublishNackedException>(() => publishes[4].Within());
        Assert.Equal([3ul, 4, 6], channel.ListUnsettledPublishes());

        await connection.AbortAsync().Within();
        foreach (var lost in (int[])[2, 3, 5])
        {
            await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => publishes[lost].Within());
        }

        Assert.Equal([3ul, 4, 6], channel.ListUnsettledPublishes());
    }

    [Fact]
    public async Task A_publish_that_was_given_up_is_still_unsettled()
    {
        var peer = new PipePeer();
        var connection = await peer.ConnectAsync(new AmqpConnectionOptions()).Within();
        var channel = await peer.OpenChannelAsync(connection, confirms: true).Within();
        using var stop = new CancellationTokenSource();
        var publish = channel.PublishAsync("", "q", new byte[4], cancellationToken: stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => publish.Within());
        Assert.Equal([1ul], channel.ListUnsettledPublishes());
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_batch_that_is_given_up_sends_nothing_more()
    {
        var peer = new PipePeer();
        var connection = await peer.ConnectAsync(new AmqpConnectionOptions { MaxPendingOutputBytes = 1 }).Within();
        var channel = await peer.OpenChannelAsync(connection, confirms: true).Within();
        using var stop = new CancellationTokenSource();
        var batch = channel.PublishBatchAsync(
            [new OutgoingMessage("", "q", new byte[100_000]), new OutgoingMessage("", "q", "too late"u8.ToArray())],
            stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => batch.Within());
        var next = channel.PublishAsync("", "q", "next"u8.ToArray()).AsTask();
        var sent = await peer.TakeUntilAsync("next").Within();
        Assert.DoesNotContain("too late", sent, StringComparison.Ordinal);
        peer.Queue(1, new BasicAck { DeliveryTag = 2, Multiple = true });
        await peer.FlushAsync().Within();
        await next.Within();
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_batch_fails_with_each_of_its_messages_when_the_connection_is_lost()
    {
        var peer = new PipePeer();
        var connection = await peer.ConnectAsync(new AmqpConnectionOptions()).Within();
        var channel = await peer.OpenChannelAsync(connection, confirms: true).Within();
        var batch = channel.PublishBatchAsync(
            [new OutgoingMessage("", "q", new byte[4]), new OutgoingMessage("", "q", new byte[4])]);
        peer.Queue(1, new BasicAck { DeliveryTag = 1 });
        await peer.FlushAsync().Within();
        await connection.AbortAsync().Within();
        var error = await Assert.ThrowsAsync<PublishBatchException>(() => batch.Within());
        Assert.Contains(error.Failures, each => each.Index == 1 && each.Error is AmqpConnectionClosedException);
    }
}
