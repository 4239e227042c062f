using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

public abstract partial class BehaviourSuite
{
    [SkippableFact]
    public async Task Channels_have_numbers_of_their_own_which_are_used_again()
    {
        var connection = await ConnectAsync();
        var first = await connection.OpenChannelAsync().Within();
        var second = await connection.OpenChannelAsync().Within();
        Assert.NotEqual(first.Number, second.Number);
        var number = first.Number;
        await first.CloseAsync().Within();
        var third = await connection.OpenChannelAsync().Within();
        Assert.Equal(number, third.Number);
    }

    [SkippableFact]
    public async Task Closing_a_channel_twice_does_nothing_more()
    {
        var channel = await OpenAsync();
        await channel.CloseAsync().Within();
        await channel.CloseAsync().Within();
        await channel.DisposeAsync().Within();
    }

    [SkippableFact]
    public async Task Using_a_closed_channel_throws_and_leaves_the_connection_usable()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        await channel.CloseAsync().Within();
        await Assert.ThrowsAnyAsync<AmqpException>(() => channel.DeclareQueueAsync("x", exclusive: true).Within());
        Assert.True(connection.IsOpen);
        var next = await connection.OpenChannelAsync().Within();
        await ExclusiveQueueAsync(next);
    }

    [SkippableFact]
    public async Task More_channels_than_negotiated_are_refused_without_harm()
    {
        var connection = await ConnectAsync(Options with { ChannelMax = 2 });
        var first = await connection.OpenChannelAsync().Within();
        await connection.OpenChannelAsync().Within();
        await Assert.ThrowsAnyAsync<AmqpException>(() => connection.OpenChannelAsync().Within());
        await ExclusiveQueueAsync(first);
        Assert.True(connection.IsOpen);
    }

    [SkippableFact]
    public async Task A_channel_error_closes_that_channel_only()
    {
        var connection = await ConnectAsync();
        var failing = await connection.OpenChannelAsync().Within();
        var other = await connection.OpenChannelAsync().Within();
        var missing = NewName("missing");
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => failing.DeclareQueuePassiveAsync(missing).Within());
        Assert.Equal(ReplyCode.NotFound, error.Code);
        Assert.Contains(missing, error.Text);
        Assert.Equal(MethodId.QueueDeclare, error.Method);
        await failing.Completion.Within();
        Assert.False(failing.IsOpen);
        var recorded = Assert.IsType<AmqpChannelClosedException>(failing.CloseReason);
        Assert.Equal(ReplyCode.NotFound, recorded.Code);
        var later = await Assert.ThrowsAsync<AmqpChannelClosedException>(() => failing.PurgeQueueAsync("x").Within());
        Assert.Equal(ReplyCode.NotFound, later.Code);
        await ExclusiveQueueAsync(other);
    }

    [SkippableFact]
    public async Task A_connection_error_by_the_broker_ends_everything_with_its_code()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var other = await connection.OpenChannelAsync().Within();
        var error = await Assert.ThrowsAsync<AmqpConnectionClosedException>(
            () => channel.RecoverAsync(requeue: false).Within());
        Assert.Equal(ReplyCode.NotImplemented, error.Code);
        Assert.Equal(MethodId.BasicRecover, error.Method);
        await connection.Completion.Within();
        Assert.False(other.IsOpen);
        var recorded = Assert.IsType<AmqpConnectionClosedException>(connection.CloseReason);
        Assert.Equal(ReplyCode.NotImplemented, recorded.Code);
    }

    [SkippableFact]
    public async Task Calls_on_one_channel_are_answered_in_order()
    {
        var channel = await OpenAsync();
        var exchange = await ExchangeAsync(channel);
        var queue = NewName("queue");

        // None awaits the one before, and each needs it to have been done. What has no reply, such as a publish, does
        // not wait for the calls before it.
        var declare = channel.DeclareQueueAsync(queue, exclusive: true);
        var bind = channel.BindQueueAsync(queue, exchange, "key");
        await Task.WhenAll(declare, bind).Within();
        var publish = channel.PublishAsync(exchange, "key", Bytes("text")).AsTask();
        var get = channel.GetAsync(queue, noAck: true);
        var unbind = channel.UnbindQueueAsync(queue, exchange, "key");
        var delete = channel.DeleteQueueAsync(queue);
        await Task.WhenAll(publish, get, unbind, delete).Within();
        Assert.Equal(queue, (await declare).Queue);
        Assert.Equal("text", Text((await get)?.Message));
        Assert.Equal(0u, await delete);
    }

    [SkippableFact]
    public async Task Closing_a_channel_lets_the_calls_before_it_complete()
    {
        var channel = await OpenAsync();
        var queue = await SharedQueueAsync(channel);
        var delete = channel.DeleteQueueAsync(queue);
        var close = channel.CloseAsync();
        await Task.WhenAll(delete, close).Within();
        var next = await OpenAsync();
        await Assert.ThrowsAsync<AmqpChannelClosedException>(() => next.DeclareQueuePassiveAsync(queue).Within());
    }

    [SkippableFact]
    public async Task Ninety_nine_queued_calls_that_must_fail_and_a_close_do_not_deadlock()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var calls = Enumerable.Range(0, 99)
            .Select(i => channel.DeclareQueuePassiveAsync($"{NewName("missing")}.{i}"))
            .ToList();
        var close = connection.CloseAsync();
        foreach (var call in calls)
        {
            await Assert.ThrowsAnyAsync<AmqpException>(() => call.Within());
        }

        await close.Within();
        Assert.False(connection.IsOpen);
    }

    [SkippableFact]
    public async Task Ninety_nine_queued_calls_all_get_the_reason_of_the_first()
    {
        var channel = await OpenAsync();
        var calls = Enumerable.Range(0, 99)
            .Select(_ => channel.DeclareExchangePassiveAsync(NewName("missing")))
            .ToList();
        foreach (var call in calls)
        {
            var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(() => call.Within());
            Assert.Equal(ReplyCode.NotFound, error.Code);
        }
    }

    [SkippableFact]
    public async Task Many_channels_work_at_the_same_time()
    {
        var connection = await ConnectAsync();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async i =>
        {
            await using var channel = await connection.OpenChannelAsync();
            var queue = await ExclusiveQueueAsync(channel);
            for (var n = 0; n < 10; n++)
            {
                await channel.PublishAsync("", queue, Bytes($"{i}/{n}"));
            }

            for (var n = 0; n < 10; n++)
            {
                Assert.Equal($"{i}/{n}", Text(await TakeAsync(channel, queue, noAck: true)));
            }
        })).Within();
    }

    [SkippableFact]
    public async Task Channels_open_and_close_from_many_tasks()
    {
        var connection = await ConnectAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (var i = 0; i < 10; i++)
            {
                var channel = await connection.OpenChannelAsync();
                await channel.CloseAsync();
            }
        })).Within();
        Assert.True(connection.IsOpen);
    }

    [SkippableFact]
    public async Task A_channel_in_a_using_block_that_the_broker_closed_keeps_the_first_error()
    {
        var connection = await ConnectAsync();
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(async () =>
        {
            await using var channel = await connection.OpenChannelAsync().Within();
            await channel.DeclareQueuePassiveAsync(NewName("missing")).Within();
        });
        Assert.Equal(ReplyCode.NotFound, error.Code);
    }
}
