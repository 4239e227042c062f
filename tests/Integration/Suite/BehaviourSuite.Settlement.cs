using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

public abstract partial class BehaviourSuite
{
    [SkippableFact]
    public async Task A_message_rejected_with_requeue_comes_back_marked()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, "a");
        var first = (await TakeAsync(channel, queue))!;
        Assert.False(first.Redelivered);
        await channel.RejectAsync(first.DeliveryTag, requeue: true).Within();
        var again = (await TakeAsync(channel, queue))!;
        Assert.True(again.Redelivered);
        Assert.Equal("a", Text(again));
        Assert.NotEqual(first.DeliveryTag, again.DeliveryTag);
    }

    [SkippableFact]
    public async Task A_message_rejected_without_requeue_is_gone()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, "a");
        var first = (await TakeAsync(channel, queue))!;
        await channel.RejectAsync(first.DeliveryTag, requeue: false).Within();
        Assert.Null(await TakeAsync(channel, queue));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_message_nacked_comes_back_only_with_requeue(bool requeue)
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, "a");
        var first = (await TakeAsync(channel, queue))!;
        await channel.NackAsync(first.DeliveryTag, requeue: requeue).Within();
        var again = await TakeAsync(channel, queue);
        Assert.Equal(requeue, again is not null);
        Assert.Equal(requeue, again?.Redelivered ?? false);
    }

    [SkippableFact]
    public async Task Nacking_multiple_returns_all_up_to_the_tag_in_their_order()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, "a", "b", "c");
        await TakeAsync(channel, queue);
        var second = (await TakeAsync(channel, queue))!;
        var third = (await TakeAsync(channel, queue))!;
        await channel.NackAsync(second.DeliveryTag, multiple: true, requeue: true).Within();
        Assert.Equal("a", Text(await TakeAsync(channel, queue)));
        Assert.Equal("b", Text(await TakeAsync(channel, queue)));
        Assert.Null(await TakeAsync(channel, queue));
        await channel.AckAsync(third.DeliveryTag).Within();
    }

    [SkippableFact]
    public async Task Acking_multiple_settles_all_up_to_the_tag()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await SharedQueueAsync(channel);
        await FillAsync(connection, queue, "a", "b", "c");
        await TakeAsync(channel, queue);
        var second = (await TakeAsync(channel, queue))!;
        await TakeAsync(channel, queue);
        await channel.AckAsync(second.DeliveryTag, multiple: true).Within();
        await channel.CloseAsync().Within();
        var next = await connection.OpenChannelAsync().Within();
        Assert.Equal("c", Text(await TakeAsync(next, queue, noAck: true)));
        Assert.Null(await TakeAsync(next, queue));
    }

    [SkippableFact]
    public async Task Acking_an_unknown_tag_closes_the_channel()
    {
        var channel = await OpenAsync();
        await channel.AckAsync(17).Within();
        await channel.Completion.Within();
        var reason = Assert.IsType<AmqpChannelClosedException>(channel.CloseReason);
        Assert.Equal(ReplyCode.PreconditionFailed, reason.Code);
        Assert.Contains("unknown delivery tag 17", reason.Text);
    }

    [SkippableFact]
    public async Task Recovering_redelivers_everything_unsettled_in_order()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, "a", "b", "c");
        await using var inbox = await Inbox.OpenAsync(channel, queue);
        await inbox.NextAsync(3);
        await channel.RecoverAsync().Within();
        var again = await inbox.NextAsync(3);
        Assert.Equal(["a", "b", "c"], again.Select(Text));
        Assert.All(again, delivery => Assert.True(delivery.Redelivered));
    }

    [SkippableFact]
    public async Task Closing_a_channel_returns_what_was_not_settled()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await SharedQueueAsync(channel);
        await FillAsync(connection, queue, "a", "b");
        await using var inbox = await Inbox.OpenAsync(channel, queue);
        var deliveries = await inbox.NextAsync(2);
        await deliveries[0].AckAsync().Within();
        await channel.CloseAsync().Within();
        var next = await connection.OpenChannelAsync().Within();
        var left = (await TakeAsync(next, queue, noAck: true))!;
        Assert.Equal("b", Text(left));
        Assert.True(left.Redelivered);
        Assert.Null(await TakeAsync(next, queue));
    }

    [SkippableFact]
    public async Task What_was_delivered_without_acknowledgement_does_not_come_back()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await SharedQueueAsync(channel);
        await FillAsync(connection, queue, "a", "b");
        await using var inbox = await Inbox.OpenAsync(channel, queue, noAck: true);
        await inbox.NextAsync(2);
        await channel.CloseAsync().Within();
        Assert.Equal(0u, await ReadyAsync(connection, queue));
    }

    [SkippableFact]
    public async Task Prefetch_limits_what_is_delivered_and_unsettled()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await SharedQueueAsync(channel);
        await FillAsync(connection, queue, "a", "b", "c", "d", "e");
        await channel.QosAsync(2).Within();
        await using var inbox = await Inbox.OpenAsync(channel, queue);
        var deliveries = await inbox.NextAsync(2);

        // Three are still ready in the queue: the broker holds them back.
        Assert.Equal(3u, await ReadyAsync(connection, queue));
        await deliveries[0].AckAsync().Within();
        Assert.Equal("c", Text(await inbox.NextAsync()));
        await channel.AckAsync(deliveries[1].DeliveryTag + 1, multiple: true).Within();
        Assert.Equal(["d", "e"], (await inbox.NextAsync(2)).Select(Text));
    }

    [SkippableFact]
    public async Task A_delivery_of_a_closed_channel_cannot_be_settled()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, "a");
        await using var inbox = await Inbox.OpenAsync(channel, queue);
        var delivery = await inbox.NextAsync();
        await channel.CloseAsync().Within();
        await Assert.ThrowsAnyAsync<AmqpException>(() => delivery.AckAsync().Within());
        Assert.True(connection.IsOpen);
    }

    [SkippableFact]
    public async Task Settling_from_another_task_than_the_handlers_works()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        var texts = Enumerable.Range(0, 50).Select(i => $"{i}").ToArray();
        await FillAsync(connection, queue, texts);
        await channel.QosAsync(5).Within();
        await using var inbox = await Inbox.OpenAsync(channel, queue);
        await Parallel.ForAsync(0, texts.Length, async (_, _) => await (await inbox.NextAsync()).AckAsync()).Within();
        await inbox.Consumer.CancelAsync().Within();
        await channel.CloseAsync().Within();
        Assert.Equal(0u, await ReadyAsync(connection, queue));
    }
}
