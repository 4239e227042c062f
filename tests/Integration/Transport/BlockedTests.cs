using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>What a broker's resource alarm does to a connection.</summary>
public sealed class BlockedTests
{
    [Fact]
    public async Task Blocked_and_unblocked_are_told_with_the_reason()
    {
        var peer = new PipePeer();
        var connection = await peer.ConnectAsync(new AmqpConnectionOptions()).Within();
        var blocked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var unblocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Blocked += reason => blocked.SetResult(reason);
        connection.Unblocked += unblocked.SetResult;
        peer.Queue(0, new ConnectionBlocked { Reason = "low on memory" });
        await peer.FlushAsync().Within();
        Assert.Equal("low on memory", await blocked.Task.Within());
        Assert.True(connection.IsBlocked);
        Assert.Equal("low on memory", connection.BlockedReason);
        peer.Queue(0, new ConnectionUnblocked());
        await peer.FlushAsync().Within();
        await unblocked.Task.Within();
        Assert.False(connection.IsBlocked);
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_connection_blocked_for_too_long_ends_with_its_own_error()
    {
        var peer = new PipePeer();
        var connection = await peer.ConnectAsync(
            new AmqpConnectionOptions { BlockedTimeout = TimeSpan.FromMilliseconds(50) }).Within();
        peer.Queue(0, new ConnectionBlocked { Reason = "low on memory" });
        await peer.FlushAsync().Within();
        await connection.Completion.Within();
        Assert.IsType<AmqpBlockedException>(connection.CloseReason);
    }

    [Fact]
    public async Task Publishing_waits_while_blocked_and_goes_on_in_order()
    {
        var (peer, connection, channel) = await BlockedAsync(new AmqpConnectionOptions(), confirms: false);
        var publishes = Enumerable.Range(0, 3).Select(i => PublishAsync(channel, $"m{i}")).ToList();
        Assert.All(publishes, publish => Assert.False(publish.IsCompleted));
        Assert.Equal(0, connection.PendingOutputBytes);
        peer.Queue(0, new ConnectionUnblocked());
        await peer.FlushAsync().Within();
        await Task.WhenAll(publishes).Within();
        var sent = await peer.TakeUntilAsync("m2").Within();
        Assert.InRange(sent.IndexOf("m0", StringComparison.Ordinal), 0, sent.IndexOf("m1", StringComparison.Ordinal));
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task While_blocked_acknowledgements_calls_and_closes_still_leave()
    {
        var (peer, connection, channel) = await BlockedAsync(new AmqpConnectionOptions(), confirms: false);
        var publish = PublishAsync(channel, "held");
        var asked = channel.QosAsync(10);
        var sent = await peer.TakeUntilAsync("\x00\x3c\x00\x0a").Within(); // basic.qos
        peer.Queue(1, new BasicQosOk());
        await peer.FlushAsync().Within();
        await asked.Within();
        await channel.AckAsync(0, multiple: true).Within();
        sent += await peer.TakeUntilAsync("\x00\x3c\x00\x50").Within(); // basic.ack
        var closing = connection.CloseAsync();
        sent += await peer.TakeUntilAsync("\x00\x0a\x00\x32").Within(); // connection.close
        peer.Queue(0, new ConnectionCloseOk());
        await peer.FlushAsync().Within();
        await closing.Within();
        await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => publish.Within());
        Assert.DoesNotContain("held", sent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_ends_the_wait_of_a_blocked_publish_and_nothing_is_sent()
    {
        var (peer, connection, channel) = await BlockedAsync(new AmqpConnectionOptions(), confirms: true);
        using var stop = new CancellationTokenSource();
        var given = channel.PublishAsync("", "q", "given up"u8.ToArray(), cancellationToken: stop.Token).AsTask();
        var kept = PublishAsync(channel, "kept");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.Within());
        peer.Queue(0, new ConnectionUnblocked());
        await peer.FlushAsync().Within();
        Assert.DoesNotContain("given up", await peer.TakeUntilAsync("kept").Within(), StringComparison.Ordinal);
        peer.Queue(1, new BasicAck { DeliveryTag = 1 });
        await peer.FlushAsync().Within();
        await kept.Within();
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task Publishing_fails_at_once_when_blocked_if_so_configured()
    {
        var options = new AmqpConnectionOptions { WhenBlocked = BlockedPolicy.Fail };
        var (peer, connection, channel) = await BlockedAsync(options, confirms: false);
        var error = await Assert.ThrowsAsync<PublishBlockedException>(
            () => PublishAsync(channel, "never sent").Within());
        Assert.Equal("low on memory", error.Reason);
        var unblocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Unblocked += unblocked.SetResult;
        peer.Queue(0, new ConnectionUnblocked());
        await peer.FlushAsync().Within();
        await unblocked.Task.Within();
        await PublishAsync(channel, "again").Within();
        Assert.DoesNotContain("never sent", await peer.TakeUntilAsync("again").Within(), StringComparison.Ordinal);
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task Publishes_that_wait_for_room_fail_when_the_connection_becomes_blocked_if_so_configured()
    {
        var peer = new PipePeer();
        var connection = await peer.ConnectAsync(new AmqpConnectionOptions
        {
            WhenBlocked = BlockedPolicy.Fail,
            MaxPendingOutputBytes = 1,
        }).Within();
        var channel = await peer.OpenChannelAsync(connection).Within();
        await channel.PublishAsync("", "q", new byte[100_000]).Within(); // more than the pipe takes
        var waiting = PublishAsync(channel, "waits");
        Assert.False(waiting.IsCompleted);
        peer.Queue(0, new ConnectionBlocked { Reason = "low on disk" });
        await peer.FlushAsync().Within();
        var error = await Assert.ThrowsAsync<PublishBlockedException>(() => waiting.Within());
        Assert.Equal("low on disk", error.Reason);
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task Blocked_publishes_are_set_aside_up_to_a_limit_if_so_configured()
    {
        var policy = BlockedPolicy.Buffer(2 * (BlockedPolicy.BytesPerMessage + 4));
        var options = new AmqpConnectionOptions { WhenBlocked = policy };
        var (peer, connection, channel) = await BlockedAsync(options, confirms: false);
        var body = "one."u8.ToArray();
        Assert.True(channel.PublishAsync("", "q", body).IsCompletedSuccessfully);
        body.AsSpan().Fill((byte)'!'); // the message is a copy by now
        Assert.True(channel.PublishAsync("", "q", "two."u8.ToArray()).IsCompletedSuccessfully);
        await Assert.ThrowsAsync<PublishBlockedException>(() => PublishAsync(channel, "many").Within());
        peer.Queue(0, new ConnectionUnblocked());
        await peer.FlushAsync().Within();
        var sent = await peer.TakeUntilAsync("two.").Within();
        Assert.Contains("one.", sent, StringComparison.Ordinal);
        Assert.DoesNotContain("many", sent, StringComparison.Ordinal);
        peer.Queue(0, new ConnectionBlocked { Reason = "again" }); // the room is free once more
        await peer.FlushAsync().Within();
        await BlockedAsync(connection).Within();
        Assert.True(channel.PublishAsync("", "q", "six."u8.ToArray()).IsCompletedSuccessfully);
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task Set_aside_on_a_confirming_channel_a_publish_ends_with_its_confirm()
    {
        var options = new AmqpConnectionOptions { WhenBlocked = BlockedPolicy.Buffer(1_000_000) };
        var (peer, connection, channel) = await BlockedAsync(options, confirms: true);
        var publish = PublishAsync(channel, "waits");
        Assert.False(publish.IsCompleted);
        peer.Queue(0, new ConnectionUnblocked());
        await peer.FlushAsync().Within();
        await peer.TakeUntilAsync("waits").Within();
        Assert.False(publish.IsCompleted);
        peer.Queue(1, new BasicAck { DeliveryTag = 1 });
        await peer.FlushAsync().Within();
        await publish.Within();
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_message_that_cannot_be_sent_is_refused_before_it_is_set_aside()
    {
        var options = new AmqpConnectionOptions { WhenBlocked = BlockedPolicy.Buffer(1_000_000) };
        var (_, connection, channel) = await BlockedAsync(options, confirms: false);
        await Assert.ThrowsAsync<AmqpMisuseException>(
            () => channel.PublishAsync("", new string('k', 256), ReadOnlyMemory<byte>.Empty).Within());
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task What_a_closing_connection_had_set_aside_is_logged()
    {
        var log = new PauseLog();
        var options = new AmqpConnectionOptions
        {
            WhenBlocked = BlockedPolicy.Buffer(1_000_000),
            LoggerFactory = log,
        };
        var (_, connection, channel) = await BlockedAsync(options, confirms: false);
        await PublishAsync(channel, "lost").Within();
        await PublishAsync(channel, "lost").Within();
        await connection.AbortAsync().Within();
        Assert.Contains(log.Texts, text => text.Contains("2 messages", StringComparison.Ordinal));
    }

    private static async Task<(PipePeer Peer, AmqpConnection Connection, AmqpChannel Channel)> BlockedAsync(
        AmqpConnectionOptions options, bool confirms)
    {
        var peer = new PipePeer();
        var connection = await peer.ConnectAsync(options).Within();
        var channel = await peer.OpenChannelAsync(connection, confirms).Within();
        var blocked = BlockedAsync(connection);
        peer.Queue(0, new ConnectionBlocked { Reason = "low on memory" });
        await peer.FlushAsync().Within();
        await blocked.Within();
        return (peer, connection, channel);
    }

    private static Task BlockedAsync(AmqpConnection connection)
    {
        var blocked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Blocked += _ => blocked.TrySetResult();
        if (connection.IsBlocked)
        {
            blocked.TrySetResult();
        }

        return blocked.Task;
    }

    private static Task PublishAsync(AmqpChannel channel, string text) =>
        channel.PublishAsync("", "q", System.Text.Encoding.ASCII.GetBytes(text)).AsTask();
}
