using Amqp.Engine.Spec;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Blocking;

public abstract partial class BlockingSuite
{
    [SkippableFact]
    public Task A_loop_takes_messages_and_leaving_it_puts_the_rest_back_and_says_how_many() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, Numbered(12));
        var taken = 0;
        foreach (var delivery in channel.Consume(queue))
        {
            Assert.Equal($"message {++taken}", Text(delivery));
            channel.Ack(delivery);
            if (delivery.DeliveryTag == 10)
            {
                AwaitWaiting(channel, 2);
                break;
            }
        }

        Assert.Equal(2, channel.Cancel());
        Assert.Equal(0, channel.Cancel());
        Assert.Equal(2u, Ready(channel.Connection, queue));
        Assert.Empty(channel.ConsumerTags);
    });

    [SkippableFact]
    public Task Cancelling_inside_the_loop_ends_it() => OnOwnThread(() =>
    {
        var channel = Open(prefetch: 4);
        var queue = Queue(channel, Numbered(6));
        var taken = 0;
        foreach (var delivery in channel.Consume(queue))
        {
            taken++;
            AwaitWaiting(channel, 3);
            Assert.Equal(3, channel.Cancel());
            channel.Ack(delivery);
        }

        Assert.Equal(1, taken);
        Assert.Equal(5u, Ready(channel.Connection, queue));
    });

    [SkippableFact]
    public Task A_loop_gives_null_when_nothing_has_come_for_a_while_and_goes_on() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, "first");
        var seen = new List<string?>();
        foreach (var delivery in channel.Consume(
            queue, TimeSpan.FromMilliseconds(50), new ConsumeOptions { NoAck = true }))
        {
            seen.Add(delivery is null ? null : Text(delivery));
            if (seen.Count(each => each is null) == 1 && delivery is null)
            {
                Fill(channel.Connection, queue, "second");
            }

            if (seen.Contains("second"))
            {
                break;
            }
        }

        Assert.Equal("first", seen[0]);
        Assert.Contains(null, seen);
        Assert.Equal("second", seen[^1]);
    });

    [SkippableFact]
    public Task A_loop_with_no_patience_only_looks() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel);
        Assert.Null(channel.Consume(queue, TimeSpan.Zero).First());
    });

    [SkippableFact]
    public Task A_loop_ends_when_the_broker_cancels_its_consumer() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, "one", "two");
        var seen = new List<string>();
        foreach (var delivery in channel.Consume(queue, new ConsumeOptions { NoAck = true }))
        {
            seen.Add(Text(delivery));
            if (seen.Count == 1)
            {
                channel.Connection.OpenChannel().DeleteQueue(queue);
            }
        }

        Assert.Equal(["one", "two"], seen);
        Assert.True(channel.IsOpen);
        Assert.Equal(0, channel.Cancel());
    });

    [SkippableFact]
    public Task A_loop_fails_when_the_broker_closes_the_channel() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, "one");
        var error = Assert.Throws<AmqpChannelClosedException>(() =>
        {
            foreach (var _ in channel.Consume(queue))
            {
                channel.Publish(NewName("missing"), "key", Bytes("x"));
            }
        });
        Assert.Equal(ReplyCode.NotFound, error.Code);
    });

    [SkippableFact]
    public Task A_loop_runs_callbacks_while_it_waits() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel);
        var thread = 0;
        channel.Connection.CallLater(TimeSpan.FromMilliseconds(10), () =>
        {
            thread = Environment.CurrentManagedThreadId;
            Fill(channel.Connection, queue, "at last");
        });
        Assert.Equal("at last", Text(channel.Consume(queue).First()));
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    });

    [SkippableFact]
    public Task A_loops_messages_may_be_acknowledged_by_another_thread() => OnOwnThread(() =>
    {
        var channel = Open(prefetch: 1);
        var queue = Queue(channel, Numbered(3));
        var seen = new List<string>();
        foreach (var delivery in channel.Consume(queue))
        {
            seen.Add(Text(delivery));
            Task.Factory.StartNew(() => channel.Ack(delivery)).Wait();
            if (seen.Count == 3)
            {
                break;
            }
        }

        Assert.Equal(Numbered(3), seen);
        Assert.Equal(0, channel.Cancel());
    });

    [SkippableFact]
    public Task A_loop_may_run_where_callbacks_have_a_thread_of_their_own() => OnOwnThread(() =>
    {
        var connection = Connect(blocking: new BlockingOptions { Dispatch = BlockingDispatch.OwnThread });
        var channel = connection.OpenChannel();
        var queue = Queue(channel, Numbered(3));
        var noAck = new ConsumeOptions { NoAck = true };
        Assert.Equal(Numbered(3), channel.Consume(queue, noAck).Take(3).Select(each => Text(each)));
        Assert.Null(channel.Consume(queue, TimeSpan.FromMilliseconds(5), noAck).First());
    });
}
