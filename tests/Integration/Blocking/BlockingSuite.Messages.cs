using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Blocking;

public abstract partial class BlockingSuite
{
    [SkippableFact]
    public Task A_message_is_got_as_it_was_published() => OnOwnThread(() =>
    {
        var channel = Open(confirms: true);
        var queue = Queue(channel);
        Assert.Null(channel.Get(queue));
        var properties = new BasicProperties
        {
            ContentType = "text/plain",
            MessageId = "17",
            Headers = FieldTable.Empty.With("x", FieldValue.Int32(5)),
        };
        channel.Publish("", queue, Bytes("hello"), properties);
        channel.Publish("", queue, Bytes("again"));
        var got = channel.Get(queue);
        Assert.Equal("hello", Text(got?.Message));
        Assert.Equal(properties, got!.Message.Properties);
        Assert.Equal(1u, got.MessageCount);
        Assert.False(got.Message.Redelivered);
        channel.Ack(got.Message);
        Assert.Equal("again", Text(channel.Get(queue, noAck: true)?.Message));
        Assert.Null(channel.Get(queue));
    });

    [SkippableFact]
    public Task Refused_messages_come_again_or_are_dropped() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, Numbered(4));
        channel.Reject(channel.Get(queue)!.Message);
        var again = channel.Get(queue)!.Message;
        Assert.True(again.Redelivered);
        Assert.Equal("message 1", Text(again));
        channel.Reject(again, requeue: false);
        channel.Nack(channel.Get(queue)!.Message, requeue: false);
        channel.Get(queue);
        channel.Nack(channel.Get(queue)!.Message, multiple: true);
        var third = channel.Get(queue)!;
        Assert.Equal(("message 3", 1u), (Text(third.Message), third.MessageCount));
        channel.Ack(third.Message.DeliveryTag);
        channel.Nack(channel.Get(queue)!.Message.DeliveryTag, requeue: false);
        Assert.Null(channel.Get(queue));
    });

    [SkippableFact]
    public Task Recovering_sends_unsettled_messages_again_in_order() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, "a", "b");
        Assert.Equal("a", Text(channel.Get(queue)?.Message));
        Assert.Equal("b", Text(channel.Get(queue)?.Message));
        channel.Recover();
        Assert.Equal("a", Text(channel.Get(queue)?.Message));
        Assert.Equal("b", Text(channel.Get(queue)?.Message));
    });

    [SkippableFact]
    public Task A_message_of_another_channel_is_a_misuse_that_costs_nothing() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, "x");
        var message = channel.Get(queue)!.Message;
        var other = channel.Connection.OpenChannel();
        Assert.Throws<AmqpMisuseException>(() => other.Ack(message));
        Assert.True(other.IsOpen);
        channel.Ack(message);
    });

    [SkippableFact]
    public Task Transactions_commit_and_roll_back() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel);
        channel.TxSelect();
        channel.Publish("", queue, Bytes("dropped"));
        channel.TxRollback();
        channel.Publish("", queue, Bytes("kept"));
        Assert.Equal(0u, Ready(channel.Connection, queue));
        channel.TxCommit();
        Assert.Equal(1u, Ready(channel.Connection, queue));
        Assert.Throws<AmqpChannelClosedException>(() => channel.Connection.OpenChannel().TxCommit());
    });

    [SkippableFact]
    public Task An_unroutable_mandatory_publish_throws_with_the_message_and_is_returned_besides() => OnOwnThread(() =>
    {
        var channel = Open(confirms: true);
        var returned = new List<ReturnedMessage>();
        channel.Returned += returned.Add;
        var key = NewName("nowhere");
        var error = Assert.Throws<PublishReturnedException>(
            () => channel.Publish("", key, Bytes("lost"), mandatory: true));
        Assert.Equal(ReplyCode.NoRoute, error.Returned.ReplyCode);
        Assert.Equal("NO_ROUTE", error.Returned.ReplyText);
        Assert.Equal(key, error.Returned.RoutingKey);
        Assert.True(error.Returned.Body.Span.SequenceEqual("lost"u8));
        Assert.Empty(returned);
        channel.Publish("", Queue(channel), Bytes("found"), mandatory: true);
        channel.Connection.ProcessEvents(TimeSpan.Zero);
        Assert.Equal(key, Assert.Single(returned).RoutingKey);
    });

    [SkippableFact]
    public Task An_unroutable_mandatory_publish_without_confirms_comes_back_when_pumping() => OnOwnThread(() =>
    {
        var channel = Open();
        var returned = new List<ReturnedMessage>();
        channel.Returned += returned.Add;
        channel.Publish("", NewName("nowhere"), Bytes("lost"), mandatory: true);
        channel.ConfirmSelect();
        PumpUntil(channel.Connection, () => returned.Count == 1);
        channel.Returned -= returned.Add;
        Assert.Throws<PublishReturnedException>(
            () => channel.Publish("", NewName("nowhere"), Bytes("lost"), mandatory: true));
        channel.Connection.ProcessEvents(TimeSpan.FromMilliseconds(1));
        Assert.Single(returned);
    });

    [SkippableFact]
    public Task A_confirmed_publish_is_in_the_queue_when_the_call_returns() => OnOwnThread(() =>
    {
        var channel = Open(confirms: true);
        var queue = Queue(channel);
        for (var i = 1u; i <= 5; i++)
        {
            Assert.Equal((ulong)i, channel.NextPublishSequenceNumber);
            channel.Publish("", queue, Bytes("x"));
            Assert.Equal(i, channel.DeclareQueuePassive(queue).MessageCount);
        }
    });

    [SkippableFact]
    public Task A_message_of_many_frames_and_many_messages_get_through() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel);
        var large = new byte[3_000_000];
        large[^1] = 1;
        channel.Publish("", queue, large);
        for (var i = 0; i < 2000; i++)
        {
            channel.Publish("", queue, Bytes($"{i}"));
        }

        var seen = channel.Consume(queue, new ConsumeOptions { NoAck = true }).Take(2001).ToList();
        Assert.True(seen[0].Body.Span.SequenceEqual(large));
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{i}"), seen.Skip(1).Select(each => Text(each)));
    });

    [SkippableFact]
    public Task Many_threads_may_publish_on_one_channel() => OnOwnThread(() =>
    {
        var channel = Open(confirms: true);
        var queue = Queue(channel);
        Task.WaitAll([.. Enumerable.Range(0, 4).Select(n => Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                channel.Publish("", queue, Bytes($"{n}.{i}"));
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);
        Assert.Equal(200u, channel.PurgeQueue(queue));
    });

    [SkippableFact]
    public Task Entities_are_declared_bound_purged_and_deleted_with_their_counts() => OnOwnThread(() =>
    {
        var channel = Open(confirms: true);
        var (exchange, source) = (NewName("exchange"), NewName("source"));
        channel.DeclareExchange(exchange, "topic", autoDelete: true, durable: true);
        channel.DeclareExchange(source, "fanout", durable: true);
        channel.DeclareExchangePassive(exchange);
        channel.BindExchange(exchange, source);
        var queue = channel.DeclareQueue(exclusive: true).Queue;
        channel.BindQueue(queue, exchange, "a.*");
        channel.Publish(exchange, "a.b", Bytes("1"));
        channel.Publish(exchange, "b.b", Bytes("2"));
        channel.Publish(source, "a.c", Bytes("3"));
        Assert.Equal(2u, channel.DeclareQueuePassive(queue).MessageCount);
        channel.UnbindExchange(exchange, source);
        channel.Publish(source, "a.c", Bytes("4"));
        Assert.Equal(2u, channel.PurgeQueue(queue));
        channel.UnbindQueue(queue, exchange, "a.*");
        Assert.Equal(0u, channel.DeleteQueue(queue));
        channel.DeleteExchange(source);
        var error = Assert.Throws<AmqpChannelClosedException>(() => channel.DeclareExchangePassive(source));
        Assert.Equal(ReplyCode.NotFound, error.Code);
        Assert.False(channel.IsOpen);
    });
}
