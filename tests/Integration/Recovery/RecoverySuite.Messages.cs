using System.Collections.Concurrent;
using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Recovery;

// What is published and delivered while connections are lost.
public abstract partial class RecoverySuite
{
    /// <summary>Publishers on one side, a consumer on the other, and connections that are cut all the time: every
    /// publish ends with a confirm, every message is handled, and a message is sent twice only when its confirm was
    /// lost.</summary>
    [Fact]
    public async Task Nothing_that_was_confirmed_is_lost()
    {
        const int count = 2000;
        await using var sender = await ConnectAsync();
        await using var receiver = await ConnectAsync();
        await using var publisher = await sender.OpenChannelAsync(Confirming);
        await publisher.DeclareQueueAsync("q", durable: true);
        await using var consuming = await receiver.OpenChannelAsync(new AmqpChannelOptions { PrefetchCount = 20 });
        var seen = new ConcurrentDictionary<string, int>();
        await consuming.SubscribeAsync("q", async (delivery, _) =>
        {
            seen.AddOrUpdate(Text(delivery.Body), 1, static (_, times) => times + 1);
            await delivery.AckAsync();
        });
        var publishes = new List<Task>();
        for (var i = 0; i < count; i++)
        {
            publishes.Add(publisher.PublishAsync("", "q", Text($"m{i}")).AsTask());
            if (i % 100 == 50)
            {
                await publishes[i - 40].Within();
                _broker.Inject(new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Reset)));
            }
        }

        await Task.WhenAll(publishes).Within();
        await Waiting.UntilAsync(() => seen.Count == count);
        Assert.Equal(0, publisher.UnsettledPublishes);
        Assert.True(publisher.Epoch > 3, $"there were {publisher.Epoch} recoveries");
    }

    [Fact]
    public async Task What_was_not_confirmed_is_sent_again_in_order_with_its_message_id()
    {
        await using var connection = await ConnectAsync(Quick with { AssignMessageIds = true });
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q", durable: true);
        _broker.Inject(new StopConfirms());
        var own = new BasicProperties { MessageId = "own" };
        Task[] publishes =
        [
            .. Enumerable.Range(0, 5).Select(i =>
                channel.PublishAsync("", "q", Text($"m{i}"), i == 2 ? own : null).AsTask()),
        ];
        await _broker.WaitForPublishedAsync(5).Within();
        await LoseAsync(connection);
        _broker.Inject(new ResumeConfirms());
        await Task.WhenAll(publishes).Within();
        var published = _broker.Published;
        Assert.Equal(
            ["m0", "m1", "m2", "m3", "m4", "m0", "m1", "m2", "m3", "m4"], published.Select(each => Text(each.Body)));
        string?[] ids = [.. published.Select(each => each.Properties.MessageId)];
        Assert.Equal(ids[..5], ids[5..]);
        Assert.Equal(5, ids.Distinct().Count());
        Assert.Equal("own", ids[2]);
        Assert.All(ids, Assert.NotNull);
    }

    [Fact]
    public async Task Without_republishing_what_was_not_confirmed_fails()
    {
        await using var connection = await ConnectAsync(Quick with { Republish = false });
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q");
        _broker.Inject(new StopConfirms());
        var publish = channel.PublishAsync("", "q", Text("m")).AsTask();
        await _broker.WaitForPublishedAsync(1).Within();
        await LoseAsync(connection);
        await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => publish.Within());
        _broker.Inject(new ResumeConfirms());
        await channel.PublishAsync("", "q", Text("n")).Within();
    }

    [Theory]
    [InlineData(BlockedAction.Wait)]
    [InlineData(BlockedAction.Fail)]
    [InlineData(BlockedAction.Buffer)]
    public async Task Publishing_waits_fails_or_is_buffered_while_recovering(BlockedAction action)
    {
        var policy = action switch
        {
            BlockedAction.Fail => BlockedPolicy.Fail,
            BlockedAction.Buffer => BlockedPolicy.Buffer(BlockedPolicy.BytesPerMessage + 1),
            _ => BlockedPolicy.Wait,
        };
        await using var connection = await ConnectAsync(Quick with { WhenRecovering = policy });
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await using var plain = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("q", durable: true);
        _broker.ShutDown();
        await Waiting.UntilAsync(() => connection.State == RecoveryState.Recovering);
        var first = channel.PublishAsync("", "q", Text("1")).AsTask();
        var second = plain.PublishAsync("", "q", Text("2")).AsTask();
        Assert.Equal(action == BlockedAction.Fail, first.IsCompleted);
        Assert.Equal(action != BlockedAction.Wait, second.IsCompleted);
        if (action == BlockedAction.Fail)
        {
            await Assert.ThrowsAsync<AmqpNotReadyException>(() => first);
        }

        if (action != BlockedAction.Wait)
        {
            await Assert.ThrowsAsync<AmqpNotReadyException>(() => second);
        }

        _broker.StartUp();
        await connection.WaitUntilReadyAsync().Within();
        if (action != BlockedAction.Fail)
        {
            await first.Within();
        }

        var expected = action switch { BlockedAction.Wait => 2, BlockedAction.Fail => 0, _ => 1 };
        await _broker.WaitForPublishedAsync(expected).Within();
        Assert.Equal(expected, _broker.Published.Length);
    }

    /// <summary>The tag of a delivery from before means another message now, or none. Its acknowledgement is not sent,
    /// and whoever makes it is told.</summary>
    [Fact]
    public async Task F6_A_delivery_from_before_a_recovery_is_never_settled_after_it()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("q", durable: true);
        var inbox = await Inbox.OpenAsync(channel, "q");
        await channel.PublishAsync("", "q", Text("m"));
        var before = await inbox.NextAsync();
        await LoseAndRecoverAsync(connection);
        var after = await inbox.NextAsync();
        Assert.True(after.Redelivered);
        Assert.True(after.DeliveryTag > before.DeliveryTag);
        await Assert.ThrowsAsync<AmqpStaleDeliveryException>(() => before.AckAsync().AsTask());
        await Assert.ThrowsAsync<AmqpStaleDeliveryException>(() => before.NackAsync().AsTask());
        await Assert.ThrowsAsync<AmqpStaleDeliveryException>(() => channel.RejectAsync(before.DeliveryTag).AsTask());
        await channel.QosAsync(1).Within();
        Assert.Equal(1, _broker.Queue("q").Unacknowledged);
        await after.AckAsync();
        await channel.QosAsync(1).Within();
        Assert.Equal(0, _broker.Queue("q").Unacknowledged);
        Assert.True(channel.IsOpen);
    }

    /// <summary>What waits for its handler when the connection is lost is not handled: it comes again.</summary>
    [Fact]
    public async Task What_waits_for_a_handler_is_not_handled_twice()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PrefetchCount = 10 });
        await channel.DeclareQueueAsync("q", durable: true);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handled = new ConcurrentQueue<string>();
        var consumer = await channel.SubscribeAsync("q", async (delivery, _) =>
        {
            handled.Enqueue(Text(delivery.Body));
            entered.TrySetResult();
            await gate.Task;
            await delivery.AckAsync();
        });
        for (var i = 0; i < 5; i++)
        {
            await channel.PublishAsync("", "q", Text($"m{i}"));
        }

        await entered.Task.Within();
        await Waiting.UntilAsync(() => consumer.BufferedCount == 5);
        await LoseAndRecoverAsync(connection);
        gate.SetResult();
        await Waiting.UntilAsync(() => handled.Count == 6 && _broker.Queue("q").Unacknowledged == 0);
        Assert.Equal(["m0", "m0", "m1", "m2", "m3", "m4"], handled);
        Assert.Equal(0, consumer.HandlerFailures);
    }

    [Fact]
    public async Task A_transaction_over_a_recovery_is_rolled_back_and_says_so()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("q", durable: true);
        await channel.TxSelectAsync();
        await channel.PublishAsync("", "q", Text("lost"));
        await LoseAndRecoverAsync(connection);
        await channel.PublishAsync("", "q", Text("half"));
        await Assert.ThrowsAsync<AmqpTransactionLostException>(() => channel.TxCommitAsync().Within());
        Assert.Equal(0, _broker.Queue("q").Ready);
        await channel.PublishAsync("", "q", Text("whole"));
        await channel.TxCommitAsync().Within();
        Assert.Equal("whole", Text((await channel.GetAsync("q").Within())!.Message.Body));
    }
}
