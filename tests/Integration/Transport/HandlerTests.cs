using System.Text;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>What handlers do must not reach beyond them: not into the reader, not into other connections.</summary>
public sealed class HandlerTests
{
    [Fact]
    public async Task The_memory_of_an_inline_body_is_not_given_away_while_its_handler_runs()
    {
        var peer = new PipePeer();
        var connection = await peer.ConnectAsync(new AmqpConnectionOptions()).Within();
        var channel = await peer.OpenChannelAsync(connection).Within();
        using var released = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var subscribing = channel.SubscribeInlineAsync(
            "q",
            (in InlineDelivery delivery) =>
            {
                entered.SetResult();
                released.Wait(TimeSpan.FromMinutes(1));
                seen.SetResult(delivery.Body.ToArray());
            },
            new ConsumeOptions { ConsumerTag = "c" });
        peer.Queue(1, new BasicConsumeOk { ConsumerTag = "c" });
        await peer.FlushAsync().Within();
        await subscribing.Within();
        var body = Enumerable.Repeat((byte)7, 2000).ToArray();
        peer.QueueContent(1, new BasicDeliver { ConsumerTag = "c", DeliveryTag = 1, RoutingKey = "q" }, body);
        await peer.FlushAsync().Within();
        await entered.Task.Within();

        await connection.AbortAsync().Within();
        Assert.False(await peer.IsLeftAsync().Within());
        released.Set();
        Assert.Equal(body, await seen.Task.Within());
        await peer.LeftAsync().Within();
    }

    [Fact]
    public async Task What_a_handler_registered_with_its_token_does_not_run_on_the_reader()
    {
        await using var broker = new InMemoryBroker();
        await using var connection = await ConnectAsync(broker);
        var channel = await connection.OpenChannelAsync().Within();
        var other = await connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answered = new TaskCompletionSource<QueueDeclareOk>(TaskCreationOptions.RunContinuationsAsynchronously);
        await channel.SubscribeAsync("q", async (_, token) =>
        {
            var cancelled = new TaskCompletionSource();
            token.Register(() =>
            {
                try
                {
                    answered.SetResult(other.DeclareQueueAsync("x").GetAwaiter().GetResult());
                }
                catch (AmqpException error)
                {
                    answered.SetException(error);
                }

                cancelled.SetResult();
            });
            entered.SetResult();
            await cancelled.Task;
        }).Within();
        await channel.PublishAsync("", "q", default).Within();
        await entered.Task.Within();
        await Assert.ThrowsAsync<AmqpChannelClosedException>(
            () => channel.DeclareQueuePassiveAsync("there-is-none").Within());
        Assert.Equal("x", (await answered.Task.Within(TimeSpan.FromSeconds(10))).Queue);
    }

    [Fact]
    public async Task A_handler_may_await_publishes_that_are_all_returned()
    {
        await using var broker = new InMemoryBroker();
        await using var connection = await ConnectAsync(broker);
        var channel = await connection.OpenChannelAsync(
            new AmqpChannelOptions { PublisherConfirms = true, PrefetchCount = 1 }).Within();
        await channel.DeclareQueueAsync("q").Within();
        var returned = 0;
        channel.Returned += _ => Interlocked.Increment(ref returned);
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await channel.SubscribeAsync("q", async (_, _) =>
        {
            var publishes = Enumerable.Range(0, 2000)
                .Select(_ => channel.PublishAsync("", "there-is-none", default, mandatory: true).AsTask())
                .ToArray();
            var refused = 0;
            foreach (var publish in publishes)
            {
                refused += await Record.ExceptionAsync(() => publish) is PublishReturnedException ? 1 : 0;
            }

            done.SetResult(refused);
        }).Within();
        await channel.PublishAsync("", "q", default).Within();
        Assert.Equal(2000, await done.Task.Within());
    }

    [Fact]
    public async Task An_acknowledgement_that_was_not_sent_does_not_count()
    {
        await using var broker = new InMemoryBroker();
        await using var connection = await ConnectAsync(broker);
        var channel = await connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await channel.SubscribeAsync(
            "q",
            async (delivery, _) =>
            {
                if (delivery.Redelivered)
                {
                    again.SetResult();
                }

                await delivery.AckAsync(cancellationToken: new CancellationToken(!delivery.Redelivered));
            },
            new ConsumeOptions { OnHandlerError = HandlerErrorPolicy.NackRequeue }).Within();
        await channel.PublishAsync("", "q", default).Within();
        await again.Task.Within();
    }

    [Fact]
    public async Task A_stopped_consumer_handles_nothing_more_and_keeps_nothing()
    {
        await using var broker = new InMemoryBroker();
        await using var connection = await ConnectAsync(broker);
        var channel = await connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        for (var i = 0; i < 50; i++)
        {
            await channel.PublishAsync("", "q", Encoding.ASCII.GetBytes($"{i}")).Within();
        }

        var calls = 0;
        var consumer = await channel.SubscribeAsync(
            "q",
            (_, _) =>
            {
                calls++;
                throw new InvalidDataException("no");
            },
            new ConsumeOptions { OnHandlerError = HandlerErrorPolicy.StopConsumer }).Within();
        await Assert.ThrowsAsync<InvalidDataException>(() => consumer.Completion.Within());
        Assert.Equal(1, calls);
        for (var i = 0; i < 50; i++)
        {
            var message = (await channel.GetAsync("q", noAck: true).Within())!.Message;
            Assert.Equal($"{i}", Encoding.ASCII.GetString(message.Body.Span));
        }
    }

    [Fact]
    public async Task A_channel_closes_although_its_consumer_is_behind()
    {
        await using var broker = new InMemoryBroker();
        await using var connection = await ConnectAsync(broker);
        var channel = await connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        using var released = new ManualResetEventSlim();
        await channel.SubscribeAsync(
            "q",
            (_, _) =>
            {
                released.Wait(TimeSpan.FromMinutes(1));
                return default;
            },
            new ConsumeOptions { BufferSize = 10 }).Within();
        var other = await connection.OpenChannelAsync().Within();
        for (var i = 0; i < 20_000; i++)
        {
            await other.PublishAsync("", "q", default).Within();
        }

        await channel.CloseAsync().Within(TimeSpan.FromSeconds(10));
        released.Set();
        await other.DeclareQueuePassiveAsync("q").Within();
    }

    private static Task<AmqpConnection> ConnectAsync(InMemoryBroker broker) => AmqpConnection.ConnectAsync(
        new AmqpConnectionOptions(), new DuplexPipeConnector(_ => ValueTask.FromResult(broker.Connect()))).Within();
}
