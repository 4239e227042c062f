using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

public abstract partial class BehaviourSuite
{
    [SkippableFact]
    public async Task Publishes_of_a_transaction_are_there_after_the_commit()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.TxSelectAsync().Within();
        await channel.PublishAsync("", queue, Bytes("a")).Within();
        await channel.PublishAsync("", queue, Bytes("b")).Within();
        Assert.Equal(0u, await ReadyAsync(connection, queue));
        await channel.TxCommitAsync().Within();
        Assert.Equal(2u, await ReadyAsync(connection, queue));
    }

    [SkippableFact]
    public async Task Publishes_of_a_transaction_are_gone_after_the_rollback()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.TxSelectAsync().Within();
        await channel.PublishAsync("", queue, Bytes("a")).Within();
        await channel.TxRollbackAsync().Within();
        await channel.TxCommitAsync().Within();
        Assert.Equal(0u, await ReadyAsync(connection, queue));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Ending_a_transaction_that_was_not_begun_closes_the_channel(bool commit)
    {
        var channel = await OpenAsync();
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => (commit ? channel.TxCommitAsync() : channel.TxRollbackAsync()).Within());
        Assert.Equal(ReplyCode.PreconditionFailed, error.Code);
        Assert.Contains("channel is not transactional", error.Text);
    }
}
