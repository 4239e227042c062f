using System.Threading.Channels;
using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Facades;

public abstract partial class FacadeSuite
{
    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_message_is_got_as_it_was_published(FacadeKind kind)
    {
        var channel = await OpenAsync(kind, confirms: true);
        var queue = await QueueAsync(channel);
        Assert.Null(await channel.GetAsync(queue).Within());
        var properties = new BasicProperties { ContentType = "text/plain", MessageId = "17" };
        await channel.PublishAsync("", queue, Bytes("hello"), properties).Within();
        var got = await channel.GetAsync(queue).Within();
        Assert.Equal("hello", Text(got?.Message));
        Assert.Equal(properties, got!.Message.Properties);
        await channel.AckAsync(got.Message.DeliveryTag).Within();
        Assert.Null(await channel.GetAsync(queue).Within());
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_message_of_many_frames_is_consumed_whole(FacadeKind kind)
    {
        var channel = await OpenAsync(kind);
        var queue = await QueueAsync(channel);
        var body = new byte[1_500_000];
        body[^1] = 7;
        var arrived = new TaskCompletionSource<Delivery>(TaskCreationOptions.RunContinuationsAsynchronously);
        await channel.ConsumeAsync(queue, arrived.SetResult, noAck: true).Within();
        await channel.PublishAsync("", queue, body).Within();
        Assert.True((await arrived.Task.Within()).Body.Span.SequenceEqual(body));
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Messages_are_consumed_in_order_and_not_after_a_cancel(FacadeKind kind)
    {
        var channel = await OpenAsync(kind, confirms: true);
        var queue = await QueueAsync(channel);
        var arrived = Channel.CreateUnbounded<string>();
        var tag = await channel.ConsumeAsync(queue, each => arrived.Writer.TryWrite(Text(each)), noAck: true).Within();
        for (var i = 0; i < 100; i++)
        {
            await channel.PublishAsync("", queue, Bytes($"{i}")).Within();
        }

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal($"{i}", await arrived.Reader.ReadAsync().Within());
        }

        await channel.CancelAsync(tag).Within();
        await channel.PublishAsync("", queue, Bytes("late")).Within();
        Assert.Equal("late", Text((await channel.GetAsync(queue).Within())?.Message));
        Assert.False(arrived.Reader.TryRead(out _));
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task With_a_prefetch_of_one_the_next_message_comes_behind_the_acknowledgement(FacadeKind kind)
    {
        var facade = await ConnectAsync(kind);
        var channel = await facade.OpenChannelAsync(confirms: true, prefetch: 1).Within();
        var queue = await QueueAsync(channel);
        var arrived = Channel.CreateUnbounded<ulong>();
        await channel.ConsumeAsync(queue, each => arrived.Writer.TryWrite(each.DeliveryTag)).Within();
        for (var i = 0; i < 3; i++)
        {
            await channel.PublishAsync("", queue, Bytes("x")).Within();
        }

        for (var i = 1ul; i <= 3; i++)
        {
            Assert.Equal(i, await arrived.Reader.ReadAsync().Within());
            Assert.False(arrived.Reader.TryRead(out _));
            await channel.AckAsync(i).Within();
        }
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Refused_messages_come_again_or_are_dropped(FacadeKind kind)
    {
        var channel = await OpenAsync(kind, confirms: true);
        var queue = await QueueAsync(channel);
        foreach (var text in new[] { "a", "b", "c" })
        {
            await channel.PublishAsync("", queue, Bytes(text)).Within();
        }

        var first = (await channel.GetAsync(queue).Within())!.Message;
        await channel.RejectAsync(first.DeliveryTag).Within();
        var again = (await channel.GetAsync(queue).Within())!.Message;
        Assert.True(again.Redelivered);
        Assert.Equal("a", Text(again));
        await channel.RejectAsync(again.DeliveryTag, requeue: false).Within();
        await channel.GetAsync(queue).Within();
        var last = (await channel.GetAsync(queue).Within())!.Message;
        Assert.Equal("c", Text(last));
        await channel.NackAsync(last.DeliveryTag, multiple: true).Within();
        Assert.Equal("b", Text((await channel.GetAsync(queue).Within())!.Message));
        await channel.RecoverAsync().Within();
        Assert.Equal("b", Text((await channel.GetAsync(queue).Within())!.Message));
        Assert.Equal("c", Text((await channel.GetAsync(queue).Within())!.Message));
        await channel.AckAsync(0, multiple: true).Within();
        Assert.Null(await channel.GetAsync(queue).Within());
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Publishes_in_flight_are_all_confirmed(FacadeKind kind)
    {
        var channel = await OpenAsync(kind);
        await channel.ConfirmSelectAsync().Within();
        var queue = await QueueAsync(channel);
        var publishes = Enumerable.Range(0, 200).Select(i => channel.PublishAsync("", queue, Bytes($"{i}"))).ToList();
        await Task.WhenAll(publishes).Within();
        Assert.Equal(200u, await channel.PurgeQueueAsync(queue).Within());
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task An_unroutable_mandatory_publish_fails_with_confirms_and_is_returned_with_and_without(
        FacadeKind kind)
    {
        var facade = await ConnectAsync(kind);
        var channel = await facade.OpenChannelAsync().Within();
        var returned = Channel.CreateUnbounded<ReturnedMessage>();
        channel.OnReturned(message => returned.Writer.TryWrite(message));
        await channel.PublishAsync("", "no.such.queue", Bytes("1"), mandatory: true).Within();
        Assert.Equal(ReplyCode.NoRoute, (await returned.Reader.ReadAsync().Within()).ReplyCode);
        await channel.ConfirmSelectAsync().Within();
        var error = await Assert.ThrowsAsync<PublishReturnedException>(
            () => channel.PublishAsync("", "no.such.queue", Bytes("2"), mandatory: true).Within());
        Assert.True(error.Returned.Body.Span.SequenceEqual("2"u8));
        Assert.True((await returned.Reader.ReadAsync().Within()).Body.Span.SequenceEqual("2"u8));
        var queue = await QueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("3"), mandatory: true).Within();
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_consumer_that_the_broker_cancels_is_told(FacadeKind kind)
    {
        var facade = await ConnectAsync(kind);
        var channel = await facade.OpenChannelAsync().Within();
        var queue = await QueueAsync(channel);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await channel.ConsumeAsync(queue, _ => { }, onCancelled: cancelled.SetResult).Within();
        await (await facade.OpenChannelAsync().Within()).DeleteQueueAsync(queue).Within();
        await cancelled.Task.Within();
        Assert.True(channel.IsOpen);
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Consuming_an_unknown_queue_closes_the_channel(FacadeKind kind)
    {
        var channel = await OpenAsync(kind);
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.ConsumeAsync(NewName("missing"), _ => { }).Within());
        Assert.Equal(ReplyCode.NotFound, error.Code);
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Unsettled_messages_are_back_when_their_channel_has_closed(FacadeKind kind)
    {
        var facade = await ConnectAsync(kind);
        var channel = await facade.OpenChannelAsync(confirms: true).Within();
        var queue = await QueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("x")).Within();
        Assert.NotNull(await channel.GetAsync(queue).Within());
        await channel.CloseAsync().Within();
        var next = await facade.OpenChannelAsync().Within();
        Assert.True((await next.GetAsync(queue).Within())!.Message.Redelivered);
    }
}
