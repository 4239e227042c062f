using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

public abstract partial class BehaviourSuite
{
    [SkippableFact]
    public async Task A_consumer_may_handle_several_messages_at_once_up_to_its_limit()
    {
        const int limit = 4;
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PrefetchCount = 20 }).Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, [.. Enumerable.Range(0, 20).Select(i => $"{i}")]);
        var together = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = 0;
        var most = 0;
        var seen = 0;
        await using var consumer = await channel.SubscribeAsync(
            queue,
            async (delivery, token) =>
            {
                lock (together)
                {
                    most = Math.Max(most, ++running);
                    if (running == limit)
                    {
                        together.TrySetResult();
                    }
                }

                await together.Task.WaitAsync(token); // nobody goes on before the limit is reached
                await delivery.AckAsync(cancellationToken: token);
                lock (together)
                {
                    running--;
                    if (++seen == 20)
                    {
                        all.SetResult();
                    }
                }
            },
            new ConsumeOptions { MaxConcurrency = limit }).Within();
        await all.Task.Within();
        Assert.Equal(limit, most);
        await consumer.CancelAsync().Within();
        await consumer.Completion.Within();
        Assert.Equal(0u, (await channel.DeclareQueuePassiveAsync(queue).Within()).MessageCount);
    }

    [SkippableFact]
    public async Task Borrowed_bodies_of_messages_that_are_handled_at_once_do_not_mix()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PrefetchCount = 40 }).Within();
        var queue = await ExclusiveQueueAsync(channel);
        await FillAsync(connection, queue, [.. Enumerable.Range(0, 40).Select(i => $"{i}")]);
        var bodies = System.Threading.Channels.Channel.CreateUnbounded<string>();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = 0;
        await using var consumer = await channel.SubscribeBorrowedAsync(
            queue,
            async (delivery, token) =>
            {
                if (Interlocked.Increment(ref started) == 8)
                {
                    gate.SetResult();
                }

                await gate.Task.WaitAsync(token);
                bodies.Writer.TryWrite(System.Text.Encoding.UTF8.GetString(delivery.Body.Span));
                await delivery.AckAsync(cancellationToken: token);
            },
            new ConsumeOptions { MaxConcurrency = 8 }).Within();
        var seen = new List<string>();
        while (seen.Count < 40)
        {
            seen.Add(await bodies.Reader.ReadAsync().Within());
        }

        Assert.Equal(Enumerable.Range(0, 40), seen.Select(int.Parse).Order());
    }

    [SkippableFact]
    public async Task Failures_of_handlers_are_counted()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.PublishAsync("", queue, Bytes("x")).Within();
        await channel.PublishAsync("", queue, Bytes("y")).Within();
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var consumer = await channel.SubscribeAsync(
            queue,
            (delivery, _) =>
            {
                if (Text(delivery) == "x")
                {
                    throw new InvalidOperationException("the first one");
                }

                second.SetResult();
                return delivery.AckAsync();
            }).Within();
        await second.Task.Within();
        Assert.Equal(1, consumer.HandlerFailures);
    }
}
