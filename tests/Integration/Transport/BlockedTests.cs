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
}
