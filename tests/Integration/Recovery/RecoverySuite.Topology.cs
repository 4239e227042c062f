using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Definitions;
using Amqp.FakeBroker.Faults;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Recovery;

// What comes back, and what does not.
public abstract partial class RecoverySuite
{
    [Theory]
    [InlineData(CutKind.Fin)]
    [InlineData(CutKind.Reset)]
    public async Task Everything_comes_back_and_consumers_go_on(CutKind kind)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PrefetchCount = 3 });
        await channel.DeclareExchangeAsync("x", "topic", durable: false, autoDelete: true);
        await channel.DeclareQueueAsync("q", exclusive: true);
        await channel.BindQueueAsync("q", "x", "a.*");
        var inbox = await Inbox.OpenAsync(channel, "q");
        var consumer = inbox.Consumer;
        for (var i = 0; i < 5; i++)
        {
            await channel.PublishAsync("x", "a.b", Text($"m{i}"));
            Assert.Equal($"m{i}", Text((await inbox.NextAsync()).Body));
            await LoseAndRecoverAsync(connection, kind);
            Assert.Equal(i + 1, channel.Epoch);
            Assert.True(connection.LastRecovery!.IsComplete);
            Assert.Equal(
                [EntityKind.Exchange, EntityKind.Queue, EntityKind.Binding, EntityKind.Channel, EntityKind.Consumer],
                connection.LastRecovery.Entities.Select(each => each.Kind));
            Assert.True(channel.IsOpen && connection.IsOpen);
            Assert.False(consumer.Completion.IsCompleted);
        }

        Assert.Equal(3, _broker.Control(core => core.ListQueues("/").Single().Consumers.Single().Prefetch));
        await connection.CloseAsync().Within();
        Assert.True(channel.Completion.IsCompleted);
        Assert.Equal(RecoveryState.Closed, connection.State);
        await Assert.ThrowsAnyAsync<AmqpException>(() => connection.WaitUntilReadyAsync().Within());
    }

    [Fact]
    public async Task An_enumeration_goes_on_over_a_recovery()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("q", durable: true);
        await using var messages = channel.ConsumeAsync("q").GetAsyncEnumerator();
        await using var publisher = await connection.OpenChannelAsync(Confirming);
        for (var i = 0; i < 3; i++)
        {
            await publisher.PublishAsync("", "q", Text($"m{i}"));
            Assert.True(await messages.MoveNextAsync().Within());
            Assert.Equal($"m{i}", Text(messages.Current.Body));
            await messages.Current.AckAsync();
            await channel.QosAsync(1).Within(); // behind the acknowledgement
            await LoseAndRecoverAsync(connection);
        }
    }

    [Fact]
    public async Task A_queue_that_the_broker_names_has_a_new_name_everywhere()
    {
        await using var connection = await ConnectAsync();
        var renamed = new TaskCompletionSource<(string, string)>();
        connection.QueueRenamed += (name, newName) => renamed.TrySetResult((name, newName));
        await using var channel = await connection.OpenChannelAsync();
        var name = (await channel.DeclareQueueAsync("", exclusive: true)).Queue;
        await channel.BindQueueAsync(name, "amq.fanout", "");
        var inbox = await Inbox.OpenAsync(channel, name);
        var consumer = inbox.Consumer;
        await LoseAndRecoverAsync(connection);
        var (old, now) = await renamed.Task.Within();
        Assert.Equal(name, old);
        Assert.NotEqual(name, now);
        Assert.Equal(now, consumer.Queue);
        Assert.Equal(now, _broker.Control(core => core.ListQueues("/").Single().Name));
        await channel.PublishAsync("amq.fanout", "", Text("m"));
        Assert.Equal("m", Text((await inbox.NextAsync()).Body));
    }

    [Fact]
    public async Task What_was_deleted_stays_away()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        await using var gone = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("q");
        await channel.DeclareQueueAsync("other");
        await channel.BindQueueAsync("q", "amq.fanout", "");
        var consumer = await gone.SubscribeAsync("other", (_, _) => default);
        await channel.DeleteQueueAsync("q");
        await consumer.CancelAsync();
        await gone.CloseAsync();
        await LoseAndRecoverAsync(connection);
        Assert.Equal(
            ["Queue other: Restored", $"Channel channel 1: Restored"],
            connection.LastRecovery!.Entities.Select(each => each.ToString()));
        await Waiting.UntilAsync(() => _broker.Control(core => core.Connections.Single().Channels.Count) == 1);
    }

    [Fact]
    public async Task A_broker_that_restarts_finds_its_clients_again()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("durable", durable: true);
        await channel.DeclareQueueAsync("transient");
        var inbox = await Inbox.OpenAsync(channel, "transient");
        await channel.PublishAsync("", "durable", Text("kept"), new BasicProperties { DeliveryMode = 2 });
        _broker.ShutDown();
        await Waiting.UntilAsync(() => connection.State == RecoveryState.Recovering);
        var waiting = channel.PublishAsync("", "transient", Text("later")).AsTask();
        Assert.False(waiting.IsCompleted);
        _broker.StartUp();
        await waiting.Within();
        Assert.Equal("later", Text((await inbox.NextAsync()).Body));
        Assert.Equal("kept", Text((await channel.GetAsync("durable").Within())!.Message.Body));
    }

    [Fact]
    public async Task A_queue_that_exists_with_other_arguments_by_now_closes_the_connection_and_says_so()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q", autoDelete: true);
        await ChangeAsync();
        var publish = channel.PublishAsync("", "q", Text("m")).AsTask();
        _broker.StartUp();
        await connection.Completion.Within();
        var error = Assert.IsType<AmqpRecoveryException>(connection.CloseReason);
        var failure = Assert.Single(error.Report!.Failures);
        Assert.Equal(("q", ReplyCode.PreconditionFailed), (failure.Name, failure.Code));
        Assert.Equal(RecoveryState.Closed, connection.State);
        await Assert.ThrowsAnyAsync<AmqpException>(() => publish.Within());
        await Assert.ThrowsAsync<AmqpRecoveryException>(() => connection.WaitUntilReadyAsync().Within());
        await Assert.ThrowsAnyAsync<AmqpException>(() => connection.OpenChannelAsync().Within());

        async Task ChangeAsync()
        {
            _broker.ShutDown();
            await Waiting.UntilAsync(() => connection.State == RecoveryState.Recovering);
            _broker.Import(new BrokerDefinitions { Queues = [new QueueDefinition { Name = "q", Durable = true }] });
        }
    }

    [Fact]
    public async Task A_consumer_that_cannot_be_restored_ends_and_says_so()
    {
        await using var connection = await ConnectAsync(Quick with
        {
            Policy = Quick.Policy with { OnTopologyFailure = TopologyFailurePolicy.Continue, MaxTopologyAttempts = 2 },
        });
        await using var other = await AmqpConnection.ConnectAsync(Options() with { Recovery = null }).Within();
        await using var theirs = await other.OpenChannelAsync();
        await theirs.DeclareQueueAsync("theirs");
        await using var channel = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("mine", durable: true);
        var lost = await channel.SubscribeAsync("theirs", (_, _) => default);
        var inbox = await Inbox.OpenAsync(channel, "mine");
        _broker.ShutDown();
        await Waiting.UntilAsync(() => connection.State == RecoveryState.Recovering);
        _broker.StartUp();
        await connection.WaitUntilReadyAsync().Within();
        await Assert.ThrowsAsync<AmqpRecoveryException>(() => lost.Completion.Within());
        Assert.Equal(ReplyCode.NotFound, Assert.Single(connection.LastRecovery!.Failures).Code);
        await channel.PublishAsync("", "mine", Text("m"));
        Assert.Equal("m", Text((await inbox.NextAsync()).Body));
    }
}
