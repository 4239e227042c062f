using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

public abstract partial class BehaviourSuite
{
    [SkippableFact]
    public async Task Consuming_as_a_loop_ends_when_the_loop_is_left_and_what_is_left_stays()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await SharedQueueAsync(channel);
        await FillAsync(connection, queue, [.. Enumerable.Range(1, 15).Select(i => $"{i}")]);
        using var deadline = Waiting.Deadline();
        await foreach (var delivery in channel.ConsumeAsync(queue, cancellationToken: deadline.Token))
        {
            await delivery.AckAsync();
            if (delivery.DeliveryTag == 10)
            {
                break;
            }
        }

        await channel.CloseAsync().Within();
        var next = await connection.OpenChannelAsync().Within();
        var found = await next.DeclareQueuePassiveAsync(queue).Within();
        Assert.Equal(0u, found.ConsumerCount);
        Assert.Equal(5u, found.MessageCount);
        Assert.Equal("11", Text(await TakeAsync(next, queue, noAck: true)));
    }

    [SkippableFact]
    public async Task Consuming_as_a_loop_ends_with_its_token()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("x")).Within();
        using var deadline = Waiting.Deadline();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var delivery in channel.ConsumeAsync(queue, cancellationToken: stop.Token))
            {
                seen++;
                await delivery.AckAsync();
                await stop.CancelAsync();
            }
        });
        Assert.False(deadline.IsCancellationRequested);
        Assert.Equal(1, seen);
        Assert.Equal(0u, (await channel.DeclareQueuePassiveAsync(queue).Within()).ConsumerCount);
    }

    [SkippableFact]
    public async Task A_cancelled_consumer_gets_nothing_more()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = await ExclusiveQueueAsync(channel);
        var inbox = await Inbox.OpenAsync(channel, queue);
        Assert.Equal(1u, (await channel.DeclareQueuePassiveAsync(queue).Within()).ConsumerCount);
        await inbox.Consumer.CancelAsync().Within();
        await channel.PublishAsync("", queue, Bytes("later")).Within();
        var found = await channel.DeclareQueuePassiveAsync(queue).Within();
        Assert.Equal(0u, found.ConsumerCount);
        Assert.Equal(1u, found.MessageCount);
        Assert.Equal(0, inbox.Count);
        await inbox.Consumer.CancelAsync().Within();
    }

    [SkippableFact]
    public async Task A_consumer_is_told_when_its_queue_is_deleted()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        var inbox = await Inbox.OpenAsync(channel, queue);
        var other = await connection.OpenChannelAsync().Within();
        await other.DeleteQueueAsync(queue).Within();
        await inbox.Consumer.Completion.Within();
        Assert.True(channel.IsOpen);

        // Cancelling what the broker has cancelled already is no error.
        await inbox.Consumer.CancelAsync().Within();
        await ExclusiveQueueAsync(channel);
    }

    [SkippableFact]
    public async Task A_consuming_loop_ends_when_its_queue_is_deleted()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, "only");
        using var deadline = Waiting.Deadline();
        var seen = 0;
        var error = await Record.ExceptionAsync(async () =>
        {
            await foreach (var delivery in channel.ConsumeAsync(queue, cancellationToken: deadline.Token))
            {
                seen++;
                await delivery.AckAsync();
                var other = await connection.OpenChannelAsync();
                await other.DeleteQueueAsync(queue);
            }
        });
        Assert.False(deadline.IsCancellationRequested, "the loop did not end");
        Assert.True(error is null or AmqpException, error?.ToString());
        Assert.Equal(1, seen);
        Assert.True(channel.IsOpen);
    }

    [SkippableFact]
    public async Task Consuming_an_unknown_queue_closes_the_channel()
    {
        var channel = await OpenAsync();
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.SubscribeAsync(NewName("missing"), (_, _) => ValueTask.CompletedTask).Within());
        Assert.Equal(ReplyCode.NotFound, error.Code);
        Assert.Equal(MethodId.BasicConsume, error.Method);
        Assert.False(channel.IsOpen);
    }

    [SkippableFact]
    public async Task Looping_over_an_unknown_queue_throws()
    {
        var channel = await OpenAsync();
        using var deadline = Waiting.Deadline();
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(async () =>
        {
            await foreach (var _ in channel.ConsumeAsync(NewName("missing"), cancellationToken: deadline.Token))
            {
            }
        });
        Assert.Equal(ReplyCode.NotFound, error.Code);
    }

    [SkippableFact]
    public async Task A_consuming_loop_throws_when_its_channel_fails()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("x")).Within();
        using var deadline = Waiting.Deadline();
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(async () =>
        {
            await foreach (var _ in channel.ConsumeAsync(queue, cancellationToken: deadline.Token))
            {
                await channel.AckAsync(99);
            }
        });
        Assert.Equal(ReplyCode.PreconditionFailed, error.Code);
    }

    [SkippableFact]
    public async Task Two_consumers_on_one_channel_each_get_their_own()
    {
        var channel = await OpenAsync();
        var first = await ExclusiveQueueAsync(channel);
        var second = await ExclusiveQueueAsync(channel);
        await using var one = await Inbox.OpenAsync(channel, first);
        await using var two = await Inbox.OpenAsync(channel, second);
        for (var i = 0; i < 10; i++)
        {
            await channel.PublishAsync("", first, Bytes($"one {i}")).Within();
            await channel.PublishAsync("", second, Bytes($"two {i}")).Within();
        }

        var toOne = await one.NextAsync(10);
        var toTwo = await two.NextAsync(10);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"one {i}"), toOne.Select(Text));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"two {i}"), toTwo.Select(Text));
        Assert.All(toOne, delivery => Assert.Equal(one.Consumer.ConsumerTag, delivery.ConsumerTag));
        Assert.All(toTwo, delivery => Assert.Equal(two.Consumer.ConsumerTag, delivery.ConsumerTag));
    }

    [SkippableFact]
    public async Task Consumers_of_one_queue_share_its_messages()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        await using var one = await Inbox.OpenAsync(channel, queue, noAck: true);
        await using var two = await Inbox.OpenAsync(channel, queue, noAck: true);
        for (var i = 0; i < 20; i++)
        {
            await channel.PublishAsync("", queue, Bytes($"{i}")).Within();
        }

        var all = (await one.NextAsync(10)).Concat(await two.NextAsync(10)).Select(Text);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}").Order(), all.Order());
    }

    [SkippableFact]
    public async Task A_consumer_tag_is_the_clients_to_choose_and_unique_in_a_channel()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        var inbox = await Inbox.OpenAsync(channel, queue, consumerTag: "mine");
        Assert.Equal("mine", inbox.Consumer.ConsumerTag);
        await Assert.ThrowsAnyAsync<AmqpException>(() => Inbox.OpenAsync(channel, queue, consumerTag: "mine"));
    }

    [SkippableFact]
    public async Task An_exclusive_consumer_keeps_others_out()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await using var inbox = await Inbox.OpenAsync(channel, queue, exclusive: true);
        var other = await connection.OpenChannelAsync().Within();
        var error = await Assert.ThrowsAsync<AmqpChannelClosedException>(() => Inbox.OpenAsync(other, queue));
        Assert.Equal(ReplyCode.AccessRefused, error.Code);
    }

    [SkippableFact]
    public async Task A_handler_may_publish_declare_and_settle()
    {
        var channel = await OpenAsync(confirms: true);
        var queue = await ExclusiveQueueAsync(channel);
        var answers = await ExclusiveQueueAsync(channel);
        await channel.SubscribeAsync(queue, async (delivery, stop) =>
        {
            await channel.DeclareQueuePassiveAsync(answers, stop);
            await channel.PublishAsync("", answers, delivery.Body, cancellationToken: stop);
            await delivery.AckAsync(cancellationToken: stop);
        }).Within();
        await using var inbox = await Inbox.OpenAsync(channel, answers, noAck: true);
        for (var i = 0; i < 10; i++)
        {
            await channel.PublishAsync("", queue, Bytes($"{i}")).Within();
            Assert.Equal($"{i}", Text(await inbox.NextAsync()));
        }
    }

    [SkippableFact]
    public async Task A_handler_may_close_its_channel()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.SubscribeAsync(queue, async (_, _) => await channel.CloseAsync()).Within();
        await channel.PublishAsync("", queue, Bytes("x")).Within();
        await channel.Completion.Within();
    }

    [SkippableFact]
    public async Task A_handler_may_close_its_connection()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.SubscribeAsync(queue, async (_, _) => await connection.CloseAsync()).Within();
        await channel.PublishAsync("", queue, Bytes("x")).Within();
        await connection.Completion.Within();
    }

    [SkippableFact]
    public async Task Requests_and_replies_meet_over_direct_reply_to()
    {
        const string ReplyTo = "amq.rabbitmq.reply-to";
        var server = await OpenAsync();
        var queue = await SharedQueueAsync(server);
        await server.SubscribeAsync(queue, async (request, stop) =>
        {
            var answer = Bytes(Text(request) + "!");
            await server.PublishAsync("", request.Properties.ReplyTo!, answer, cancellationToken: stop);
            await request.AckAsync(cancellationToken: stop);
        }).Within();
        var client = await OpenAsync();
        await using var replies = await Inbox.OpenAsync(client, ReplyTo, noAck: true);
        await client.PublishAsync("", queue, Bytes("ask"), new BasicProperties { ReplyTo = ReplyTo }).Within();
        Assert.Equal("ask!", Text(await replies.NextAsync()));
    }
}
