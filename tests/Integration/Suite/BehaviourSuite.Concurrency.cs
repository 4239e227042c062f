using System.Collections.Concurrent;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

public abstract partial class BehaviourSuite
{
    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Many_tasks_publish_on_one_channel_and_all_messages_arrive(bool confirms)
    {
        const int Tasks = 16;
        const int Each = 100;
        var channel = await OpenAsync(confirms);
        var queue = await ExclusiveQueueAsync(channel);
        await using var inbox = await Inbox.OpenAsync(channel, queue, noAck: true);
        var together = new ParallelOptions { MaxDegreeOfParallelism = Tasks };
        var publishing = Parallel.ForAsync(0, Tasks, together, async (task, _) =>
        {
            for (var i = 0; i < Each; i++)
            {
                await channel.PublishAsync("", queue, Bytes($"{task} {i}"));
            }
        });
        var all = (await inbox.NextAsync(Tasks * Each)).Select(Text).ToList();
        await publishing.Within();

        // None is lost, none comes twice, and each task's own are in its order.
        Assert.Equal(Tasks * Each, all.Distinct().Count());
        for (var task = 0; task < Tasks; task++)
        {
            var own = all.Where(text => text.StartsWith($"{task} ", StringComparison.Ordinal));
            Assert.Equal(Enumerable.Range(0, Each).Select(i => $"{task} {i}"), own);
        }
    }

    [SkippableFact]
    public async Task Big_bodies_of_many_tasks_do_not_mix()
    {
        var channel = await OpenAsync();
        var queue = await ExclusiveQueueAsync(channel);
        await using var inbox = await Inbox.OpenAsync(channel, queue, noAck: true);
        var bodies = Enumerable.Range(0, 12).Select(i => Enumerable.Repeat((byte)i, 200_000 + i).ToArray()).ToArray();
        var publishing = Parallel.ForEachAsync(bodies, async (body, _) => await channel.PublishAsync("", queue, body));
        var seen = new ConcurrentDictionary<byte, int>();
        foreach (var delivery in await inbox.NextAsync(bodies.Length))
        {
            var kind = delivery.Body.Span[0];
            Assert.True(delivery.Body.Span.SequenceEqual(bodies[kind]));
            Assert.True(seen.TryAdd(kind, delivery.Body.Length));
        }

        await publishing.Within();
    }

    [SkippableFact]
    public async Task Producers_and_consumers_on_connections_of_their_own_lose_nothing()
    {
        const int Producers = 4;
        const int Each = 200;
        var owner = await ConnectAsync();
        var admin = await owner.OpenChannelAsync().Within();
        var queue = await SharedQueueAsync(admin);
        var received = new ConcurrentDictionary<string, int>();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (var i = 0; i < 3; i++)
        {
            var channel = await OpenAsync();
            await channel.QosAsync(20).Within();
            await channel.SubscribeAsync(queue, async (delivery, stop) =>
            {
                received.AddOrUpdate(Text(delivery), 1, (_, count) => count + 1);
                await delivery.AckAsync(cancellationToken: stop);
                if (received.Count == Producers * Each)
                {
                    done.TrySetResult();
                }
            }).Within();
        }

        await Parallel.ForAsync(0, Producers, async (producer, _) =>
        {
            var channel = await OpenAsync(confirms: true);
            for (var i = 0; i < Each; i++)
            {
                await channel.PublishAsync("", queue, Bytes($"{producer} {i}"));
            }
        }).Within();
        await done.Task.Within();
        Assert.All(received.Values, count => Assert.Equal(1, count));
        Assert.Equal(0u, await ReadyAsync(owner, queue));
    }

    [SkippableFact]
    public async Task Calls_from_many_tasks_on_one_channel_all_get_their_own_answer()
    {
        var channel = await OpenAsync();
        var names = Enumerable.Range(0, 40).Select(_ => NewName("queue")).ToList();
        await Parallel.ForEachAsync(names, async (name, _) =>
        {
            var declared = await channel.DeclareQueueAsync(name, exclusive: true);
            Assert.Equal(name, declared.Queue);
        }).Within();
        await Parallel.ForEachAsync(names, async (name, _) => await channel.DeleteQueueAsync(name)).Within();
    }
}
