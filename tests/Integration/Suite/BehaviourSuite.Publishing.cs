using System.Threading.Channels;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

public abstract partial class BehaviourSuite
{
    [SkippableFact]
    public async Task Confirms_can_be_selected_on_an_open_channel()
    {
        var channel = await OpenAsync();
        Assert.Equal(0ul, channel.NextPublishSequenceNumber);
        await channel.ConfirmSelectAsync().Within();
        Assert.Equal(1ul, channel.NextPublishSequenceNumber);
        var queue = await ExclusiveQueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("x")).Within();
        Assert.Equal(2ul, channel.NextPublishSequenceNumber);
    }

    [SkippableFact]
    public async Task A_confirmed_publish_is_in_the_queue()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = true }).Within();
        var queue = await ExclusiveQueueAsync(channel);
        for (var i = 1u; i <= 10; i++)
        {
            await channel.PublishAsync("", queue, Bytes("x")).Within();
            Assert.Equal(i, await ReadyAsync(connection, queue));
        }
    }

    [SkippableFact]
    public async Task Publishes_in_flight_are_all_confirmed()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = await ExclusiveQueueAsync(channel);
        var publishes = Enumerable.Range(0, 500).Select(i => channel.PublishAsync("", queue, Bytes($"{i}")).AsTask());
        await Task.WhenAll(publishes.ToList()).Within();
        Assert.Equal(500u, await channel.PurgeQueueAsync(queue).Within());
    }

    [SkippableFact]
    public async Task Publishers_may_go_on_where_their_confirms_are_read()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true, InlineConfirms = true }).Within();
        var queue = await ExclusiveQueueAsync(channel);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PublishAsync(250))).Within();
        Assert.Equal(1000u, await channel.PurgeQueueAsync(queue).Within());

        async Task PublishAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await channel.PublishAsync("", queue, Bytes($"{i}")).ConfigureAwait(false);
                if (i % 50 == 49)
                {
                    // An awaited call in between: its answer is read by the thread that runs this.
                    await channel.DeclareQueuePassiveAsync(queue).ConfigureAwait(false);
                }
            }
        }
    }

    [SkippableFact]
    public async Task An_unroutable_mandatory_publish_throws_with_the_message()
    {
        var channel = await OpenAsync(confirms: true);
        var key = NewName("nowhere");
        var properties = new BasicProperties { MessageId = "the one", ContentType = "text/plain" };
        var error = await Assert.ThrowsAsync<PublishReturnedException>(
            () => channel.PublishAsync("", key, Bytes("lost"), properties, mandatory: true).Within());
        Assert.Equal(ReplyCode.NoRoute, error.Returned.ReplyCode);
        Assert.Equal("NO_ROUTE", error.Returned.ReplyText);
        Assert.Equal(key, error.Returned.RoutingKey);
        Assert.Equal(properties, error.Returned.Properties);
        Assert.True(error.Returned.Body.Span.SequenceEqual("lost"u8));
        Assert.True(channel.IsOpen);
    }

    [SkippableFact]
    public async Task An_unroutable_publish_that_is_not_mandatory_is_confirmed()
    {
        var channel = await OpenAsync(confirms: true);
        await channel.PublishAsync("", NewName("nowhere"), Bytes("lost")).Within();
        Assert.True(channel.IsOpen);
    }

    [SkippableFact]
    public async Task Only_the_returned_publishes_among_many_throw()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = await ExclusiveQueueAsync(channel);
        var nowhere = NewName("nowhere");
        var publishes = Enumerable.Range(0, 60)
            .Select(i => (Key: i % 3 == 0 ? nowhere : queue, Body: Bytes($"{i}")))
            .Select(each => channel.PublishAsync("", each.Key, each.Body, mandatory: true).AsTask())
            .ToList();
        for (var i = 0; i < publishes.Count; i++)
        {
            var error = await Record.ExceptionAsync(() => publishes[i].Within());
            if (i % 3 == 0)
            {
                var returned = Assert.IsType<PublishReturnedException>(error);
                Assert.Equal($"{i}", System.Text.Encoding.UTF8.GetString(returned.Returned.Body.Span));
            }
            else
            {
                Assert.Null(error);
            }
        }

        Assert.Equal(40u, await channel.PurgeQueueAsync(queue).Within());
    }

    [SkippableFact]
    public async Task A_refused_publish_is_told_apart_from_a_returned_one()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = NewName("queue");
        var arguments = FieldTable.Empty.With("x-max-length", 1).With("x-overflow", "reject-publish");
        await channel.DeclareQueueAsync(queue, exclusive: true, arguments: arguments).Within();
        await channel.PublishAsync("", queue, Bytes("fits"), mandatory: true).Within();
        await Assert.ThrowsAsync<PublishNackedException>(
            () => channel.PublishAsync("", queue, Bytes("does not"), mandatory: true).Within());
        await Assert.ThrowsAsync<PublishReturnedException>(
            () => channel.PublishAsync("", NewName("nowhere"), Bytes("lost"), mandatory: true).Within());
        Assert.Equal("fits", Text(await TakeAsync(channel, queue, noAck: true)));
    }

    [SkippableFact]
    public async Task Without_confirms_a_returned_message_is_an_event()
    {
        var channel = await OpenAsync();
        var returned = Channel.CreateUnbounded<ReturnedMessage>();
        channel.Returned += message => returned.Writer.TryWrite(message);
        var key = NewName("nowhere");
        await channel.PublishAsync("", key, Bytes("lost"), mandatory: true).Within();
        var message = await returned.Reader.ReadAsync().Within();
        Assert.Equal(key, message.RoutingKey);
        Assert.Equal(ReplyCode.NoRoute, message.ReplyCode);
        Assert.True(message.Body.Span.SequenceEqual("lost"u8));
    }

    [SkippableFact]
    public async Task With_confirms_a_returned_message_reaches_the_event_and_the_publisher()
    {
        var channel = await OpenAsync(confirms: true);
        var returned = Channel.CreateUnbounded<ReturnedMessage>();
        channel.Returned += message => returned.Writer.TryWrite(message);
        var key = NewName("nowhere");
        await Assert.ThrowsAsync<PublishReturnedException>(
            () => channel.PublishAsync("", key, Bytes("lost"), mandatory: true).Within());
        Assert.Equal(key, (await returned.Reader.ReadAsync().Within()).RoutingKey);
    }

    [SkippableFact]
    public async Task A_message_returned_before_confirms_were_selected_is_still_told()
    {
        var channel = await OpenAsync();
        var returned = Channel.CreateUnbounded<ReturnedMessage>();
        channel.Returned += message => returned.Writer.TryWrite(message);
        var key = NewName("nowhere");
        await channel.PublishAsync("", key, Bytes("lost"), mandatory: true).Within();
        await channel.ConfirmSelectAsync().Within();
        Assert.Equal(key, (await returned.Reader.ReadAsync().Within()).RoutingKey);
        var queue = await ExclusiveQueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("x"), mandatory: true).Within();
    }

    [SkippableFact]
    public async Task A_publish_after_a_returned_one_is_delivered()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        await using var inbox = await Inbox.OpenAsync(channel, queue);
        await channel.PublishAsync("", NewName("nowhere"), Bytes("lost"), mandatory: true).Within();
        await channel.PublishAsync("", queue, Bytes("found"), mandatory: true).Within();
        Assert.Equal("found", Text(await inbox.NextAsync()));
    }

    [SkippableFact]
    public async Task Publishing_to_a_missing_exchange_fails_the_publish_and_closes_the_channel()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PublisherConfirms = true }).Within();
        var missing = NewName("missing");
        await Assert.ThrowsAnyAsync<AmqpException>(() => channel.PublishAsync(missing, "x", Bytes("x")).Within());
        await channel.Completion.Within();
        var reason = Assert.IsType<AmqpChannelClosedException>(channel.CloseReason);
        Assert.Equal(ReplyCode.NotFound, reason.Code);
        Assert.Equal(MethodId.BasicPublish, reason.Method);
        Assert.True(connection.IsOpen);
    }

    [SkippableFact]
    public async Task Confirms_prefetch_and_consuming_work_on_one_channel()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = await ExclusiveQueueAsync(channel);
        await channel.QosAsync(1).Within();
        await using var inbox = await Inbox.OpenAsync(channel, queue);
        for (var tag = 1ul; tag <= 20; tag++)
        {
            await channel.PublishAsync("", queue, Bytes($"{tag}")).Within();
            var delivery = await inbox.NextAsync();
            Assert.Equal(tag, delivery.DeliveryTag);
            await delivery.AckAsync().Within();
        }
    }

    [SkippableFact]
    public async Task A_body_over_the_limit_is_refused_before_anything_is_sent()
    {
        var limits = new Amqp.Engine.Base.AmqpLimits { MaxBodySize = 1000 };
        var connection = await ConnectAsync(Options with { Limits = limits });
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await Assert.ThrowsAnyAsync<AmqpException>(() => channel.PublishAsync("", queue, new byte[1001]).Within());
        await channel.PublishAsync("", queue, new byte[1000]).Within();
        Assert.Equal(1000, (await TakeAsync(channel, queue, noAck: true))!.Body.Length);
    }

    [SkippableFact]
    public async Task A_batch_is_confirmed_as_a_whole_and_keeps_its_order()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = await ExclusiveQueueAsync(channel);
        var messages = Enumerable.Range(0, 300).Select(i => new OutgoingMessage("", queue, Bytes($"{i}"))).ToList();
        await channel.PublishBatchAsync(messages).Within();
        Assert.Equal(0, channel.UnsettledPublishes);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal($"{i}", Text(await TakeAsync(channel, queue, noAck: true)));
        }

        Assert.Equal(297u, await channel.PurgeQueueAsync(queue).Within());
        await channel.PublishBatchAsync([]).Within();
    }

    [SkippableFact]
    public async Task A_batch_tells_which_of_its_messages_failed_and_why()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = await ExclusiveQueueAsync(channel);
        var small = NewName("queue");
        var arguments = FieldTable.Empty.With("x-max-length", 1).With("x-overflow", "reject-publish");
        await channel.DeclareQueueAsync(small, exclusive: true, arguments: arguments).Within();
        await channel.PublishAsync("", small, Bytes("fits")).Within();
        var error = await Assert.ThrowsAsync<PublishBatchException>(() => channel.PublishBatchAsync(
        [
            new OutgoingMessage("", queue, Bytes("well"), Mandatory: true),
            new OutgoingMessage("", NewName("nowhere"), Bytes("lost"), Mandatory: true),
            new OutgoingMessage("", small, Bytes("refused")),
        ]).Within());
        Assert.Equal([1, 2], error.Failures.Select(each => each.Index));
        Assert.IsType<PublishReturnedException>(error.Failures[0].Error);
        Assert.IsType<PublishNackedException>(error.Failures[1].Error);
        Assert.Equal("well", Text(await TakeAsync(channel, queue, noAck: true)));
    }

    [SkippableFact]
    public async Task A_batch_with_a_message_that_cannot_be_sent_sends_nothing()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = await ExclusiveQueueAsync(channel);
        var error = await Assert.ThrowsAsync<AmqpMisuseException>(() => channel.PublishBatchAsync(
            [new OutgoingMessage("", queue, Bytes("x")), new OutgoingMessage("", new string('k', 256), Bytes("x"))])
            .Within());
        Assert.Contains("Message 1", error.Message, StringComparison.Ordinal);
        Assert.Equal(0u, await channel.PurgeQueueAsync(queue).Within());
    }

    [SkippableFact]
    public async Task A_batch_without_confirms_ends_when_it_is_taken()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.PublishBatchAsync(
            [new OutgoingMessage("", queue, Bytes("a")), new OutgoingMessage("", queue, Bytes("b"))]).Within();
        Assert.Equal(2u, await channel.PurgeQueueAsync(queue).Within());
    }

    [SkippableFact]
    public async Task A_batch_larger_than_the_window_is_confirmed_all_the_same()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true, MaxUnsettledPublishes = 7 }).Within();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.PublishBatchAsync(
            [.. Enumerable.Range(0, 100).Select(i => new OutgoingMessage("", queue, Bytes($"{i}")))]).Within();
        Assert.Equal("0", Text(await TakeAsync(channel, queue, noAck: true)));
        Assert.Equal(99u, await channel.PurgeQueueAsync(queue).Within());
    }
}
