using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Blocking;

public abstract partial class BlockingSuite
{
    [SkippableFact]
    public Task A_handler_gets_the_messages_in_order_on_the_thread_that_pumps() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, Numbered(5));
        var seen = new List<string>();
        var pumping = Environment.CurrentManagedThreadId;
        channel.Subscribe(queue, delivery =>
        {
            Assert.Equal(pumping, Environment.CurrentManagedThreadId);
            seen.Add(Text(delivery));
            channel.Ack(delivery);
            if (seen.Count == 5)
            {
                channel.StopConsuming();
            }
        });
        Assert.Empty(seen);
        channel.StartConsuming();
        Assert.Equal(Numbered(5), seen);
        Assert.Empty(channel.ConsumerTags);
    });

    [SkippableFact]
    public Task Two_consumers_on_one_channel_get_their_own_messages() => OnOwnThread(() =>
    {
        var channel = Open();
        var (first, second) = (Queue(channel, "a", "b"), Queue(channel, "c"));
        var seen = new List<string>();
        var tag = channel.Subscribe(first, delivery => seen.Add($"1{Text(delivery)}"));
        var other = channel.Subscribe(second, delivery => seen.Add($"2{Text(delivery)}"));
        Assert.Equal(2, channel.ConsumerTags.Count);
        Assert.NotEqual(tag, other);
        PumpUntil(channel.Connection, () => seen.Count == 3);
        Assert.Equal(["1a", "1b", "2c"], seen.Order());
        channel.CancelConsumer(tag);
        Assert.Equal([other], channel.ConsumerTags);
    });

    [SkippableFact]
    public Task A_handler_may_publish_and_ask_on_its_own_channel() => OnOwnThread(() =>
    {
        var channel = Open(confirms: true);
        var (work, answers) = (Queue(channel, Numbered(3)), Queue(channel));
        channel.Subscribe(work, delivery =>
        {
            channel.Publish("", answers, delivery.Body, mandatory: true);
            channel.Ack(delivery);
            if (channel.DeclareQueuePassive(answers).MessageCount == 3)
            {
                channel.StopConsuming();
            }
        });
        channel.StartConsuming();
        Assert.Equal("message 1", Text(channel.Get(answers, noAck: true)?.Message));
    });

    [SkippableFact]
    public Task A_call_is_answered_although_more_waits_than_the_buffer_holds() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel);
        using (var publisher = channel.Connection.OpenChannel())
        {
            for (var i = 0; i < 500; i++)
            {
                publisher.Publish("", queue, Bytes($"{i}"));
            }
        }

        var seen = 0;
        channel.Subscribe(
            queue,
            _ =>
            {
                seen++;
                channel.DeclareQueuePassive(queue, timeout: TimeSpan.FromSeconds(10));
            },
            new ConsumeOptions { NoAck = true, BufferSize = 4 });
        PumpUntil(channel.Connection, () => seen == 500);
    });

    [SkippableFact]
    public Task A_channel_and_a_connection_may_be_closed_in_a_handler() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = SharedQueue(channel, "one", "two");
        var handled = 0;
        channel.Subscribe(queue, _ =>
        {
            handled++;
            channel.Close();
        });
        channel.StartConsuming();
        Assert.False(channel.IsOpen);
        Assert.Equal(1, handled);

        var next = channel.Connection.OpenChannel();
        next.Subscribe(queue, _ =>
        {
            handled++;
            next.Connection.Close();
        });
        next.StartConsuming();
        Assert.False(next.Connection.IsOpen);
        Assert.Equal(2, handled);
        Assert.Equal(2u, Ready(Connect(), queue));
    });

    [SkippableFact]
    public Task Consuming_ends_with_an_error_when_the_broker_closes_the_channel() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, "one");
        channel.Subscribe(queue, _ => channel.Publish(NewName("missing"), "key", Bytes("x")));
        var error = Assert.Throws<AmqpChannelClosedException>(channel.StartConsuming);
        Assert.Equal(ReplyCode.NotFound, error.Code);
        Assert.Equal(0, channel.Connection.ProcessEvents(TimeSpan.Zero));
    });

    [SkippableFact]
    public Task Consuming_ends_when_the_broker_cancels_the_last_consumer() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, "one");
        var events = new List<string>();
        var tag = channel.Subscribe(queue, delivery =>
        {
            events.Add(Text(delivery));
            using var admin = channel.Connection.OpenChannel();
            admin.DeleteQueue(queue);
        });
        channel.ConsumerCancelled += cancelled => events.Add(cancelled);
        channel.StartConsuming();
        Assert.Equal(["one", tag], events);
        Assert.Empty(channel.ConsumerTags);
        Assert.True(channel.IsOpen);
    });

    [SkippableFact]
    public Task Consuming_cannot_be_started_in_a_handler() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, "one");
        channel.Subscribe(queue, _ =>
        {
            Assert.Throws<AmqpMisuseException>(channel.StartConsuming);
            channel.StopConsuming();
        });
        channel.StartConsuming();
    });

    [SkippableFact]
    public Task An_unknown_queue_closes_the_channel() => OnOwnThread(() =>
    {
        var channel = Open();
        var error = Assert.Throws<AmqpChannelClosedException>(
            () => channel.Subscribe(NewName("missing"), _ => { }));
        Assert.Equal(ReplyCode.NotFound, error.Code);
    });

    [SkippableFact]
    public Task Cancelling_puts_what_was_not_handled_back_and_says_how_much() => OnOwnThread(() =>
    {
        var channel = Open(prefetch: 3);
        var queue = Queue(channel, Numbered(5));
        var seen = 0;
        var tag = channel.Subscribe(queue, delivery =>
        {
            seen++;
            channel.Ack(delivery);
        });
        PumpUntil(channel.Connection, () => seen > 0);
        var result = channel.CancelConsumer(tag);
        Assert.Empty(result.Undelivered);
        Assert.Equal(0, channel.Connection.ProcessEvents(TimeSpan.FromMilliseconds(20)));
        Assert.Equal(5 - seen, (int)Ready(channel.Connection, queue));
        Assert.Equal(0, channel.CancelConsumer(tag).Requeued);

        // With nothing pumped in between the number is known beforehand.
        var next = channel.Subscribe(queue, _ => { });
        AwaitWaiting(channel, Math.Min(3, 5 - seen));
        Assert.Equal(Math.Min(3, 5 - seen), channel.CancelConsumer(next).Requeued);
        Assert.Equal(5 - seen, (int)Ready(channel.Connection, queue));
    });

    [SkippableFact]
    public Task Cancelling_without_acknowledgements_hands_over_what_was_not_handled() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, Numbered(4));
        var tag = channel.Subscribe(queue, _ => Assert.Fail("nobody pumps"), new ConsumeOptions { NoAck = true });
        AwaitWaiting(channel, 4);
        var result = channel.CancelConsumer(tag);
        Assert.Equal(0, result.Requeued);
        Assert.Equal(Numbered(4), result.Undelivered.Select(each => Text(each)));
        Assert.Equal(0u, Ready(channel.Connection, queue));
        Assert.Equal(0, channel.Connection.ProcessEvents(TimeSpan.FromMilliseconds(1)));
    });

    [SkippableFact]
    public Task Closing_the_channel_puts_back_what_was_not_acknowledged_and_only_that() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, Numbered(4));
        var watcher = channel.Connection.OpenChannel();
        Assert.NotNull(channel.Get(queue, noAck: true));
        channel.Subscribe(queue, _ => { });
        AwaitWaiting(channel, 3);
        channel.Close();
        Assert.Equal(3u, watcher.DeclareQueuePassive(queue).MessageCount);
    });

    [SkippableFact]
    public Task Messages_may_be_acknowledged_by_other_threads() => OnOwnThread(() =>
    {
        var channel = Open(prefetch: 10);
        var queue = Queue(channel, Numbered(20));
        var working = new List<Task>();
        channel.Subscribe(queue, delivery =>
        {
            working.Add(Task.Factory.StartNew(() =>
            {
                channel.Ack(delivery);
                if (delivery.DeliveryTag == 20)
                {
                    channel.Connection.AddCallbackThreadSafe(() => channel.StopConsuming());
                }
            }));
        });
        channel.StartConsuming();
        Task.WaitAll([.. working]);
        channel.Close();
        Assert.Equal(0u, Ready(channel.Connection, queue));
    });

    /// <summary>Waits, without pumping, until so many messages have come.</summary>
    private static void AwaitWaiting(BlockingChannel channel, int count)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (channel.WaitingMessages < count)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Soon, "they did not come");
            channel.Connection.Connection.OpenChannelAsync().Within().GetAwaiter().GetResult()
                .DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }
}
