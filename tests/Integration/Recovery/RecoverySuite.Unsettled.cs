using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.FakeBroker.Faults;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Recovery;

// What could not be settled is handed back.
public abstract partial class RecoverySuite
{
    /// <summary>Those that were sent come first, in order, then those that were not; bodies are copies, and nothing
    /// that was confirmed is among them.</summary>
    [Fact]
    public async Task What_is_not_settled_when_a_connection_closes_for_good_is_handed_back_in_order()
    {
        var connection = await ConnectAsync(Quick with { AssignMessageIds = true });
        var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q", durable: true);
        await channel.PublishAsync("", "q", Text("confirmed")).Within();
        _broker.Inject(new FreezeConnection(null));
        byte[] body = Text("0");
        Task[] sent = [channel.PublishAsync("", "q", body).AsTask(), channel.PublishAsync("", "q", Text("1")).AsTask()];
        using var givenUp = new CancellationTokenSource();
        var abandoned = channel.PublishAsync("", "q", Text("given up"), cancellationToken: givenUp.Token).AsTask();
        await givenUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned.Within());
        _broker.Inject(new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Reset)));
        _broker.ShutDown();
        await Waiting.UntilAsync(() => connection.State == RecoveryState.Recovering);
        var properties = new BasicProperties { Type = "t" };
        var waiting = channel.PublishAsync("x", "k", Text("2"), properties, mandatory: true).AsTask();
        Assert.Empty(channel.Unsettled);
        await connection.CloseAsync().Within();
        foreach (var publish in sent.Append(waiting))
        {
            await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => publish.Within());
        }

        body[0] = (byte)'!';
        Assert.Equal(["0", "1", "2"], channel.Unsettled.Select(each => Text(each.Message.Body)));
        Assert.Equal([true, true, false], channel.Unsettled.Select(each => each.WasSent));
        var last = channel.Unsettled[2].Message;
        Assert.Equal(("x", "k", true, "t"), (last.Exchange, last.RoutingKey, last.Mandatory, last.Properties!.Type));
        Assert.Equal(3, channel.Unsettled.Select(each => each.Message.Properties!.MessageId).Distinct().Count());

        // They can be published elsewhere as they are.
        _broker.StartUp();
        await using var other = await ConnectAsync();
        await using var again = await other.OpenChannelAsync(Confirming);
        await again.DeclareExchangeAsync("x", "fanout");
        await again.BindQueueAsync("q", "x", "");
        await again.PublishBatchAsync([.. channel.Unsettled.Select(each => each.Message)]).Within();
        var bodies = new List<string>();
        while (await again.GetAsync("q", noAck: true).Within() is { } got)
        {
            bodies.Add(Text(got.Message.Body));
        }

        Assert.Equal(["0", "1", "2"], bodies);
    }

    /// <summary>A broker that refuses the connection for good while publishes are unsettled.</summary>
    [Fact]
    public async Task What_is_not_settled_is_handed_back_when_recovery_gives_up()
    {
        var connection = await ConnectAsync(Quick with { Policy = Quick.Policy with { MaxAttempts = 2 } });
        await using var channel = await connection.OpenChannelAsync(Confirming);
        _broker.Inject(new FreezeConnection(null));
        var batch = channel.PublishBatchAsync(
            [.. Enumerable.Range(0, 50).Select(each => new OutgoingMessage("", "q", Text($"{each}")))]);
        _broker.Inject(new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Reset)));
        _broker.ShutDown();
        await Assert.ThrowsAsync<PublishBatchException>(() => batch.Within());
        await connection.Completion.Within();
        Assert.Equal(
            Enumerable.Range(0, 50).Select(each => $"{each}"),
            channel.Unsettled.Select(each => Text(each.Message.Body)));
        Assert.All(channel.Unsettled, each => Assert.True(each.WasSent));
    }

    /// <summary>Nobody waits for what was set aside, so nobody but this list tells of it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_set_aside_is_handed_back(bool confirms)
    {
        var connection = await ConnectAsync(Quick with { WhenRecovering = BlockedPolicy.Buffer(100_000) });
        var channel = await connection.OpenChannelAsync(confirms ? Confirming : null);
        _broker.ShutDown();
        await Waiting.UntilAsync(() => connection.State == RecoveryState.Recovering);
        var publishes = Enumerable.Range(0, 5)
            .Select(each => channel.PublishAsync("", "q", Text($"{each}")).AsTask()).ToArray();
        Assert.All(publishes, each => Assert.Equal(!confirms, each.IsCompletedSuccessfully));
        await connection.CloseAsync().Within();
        Assert.Equal(["0", "1", "2", "3", "4"], channel.Unsettled.Select(each => Text(each.Message.Body)));
        Assert.All(channel.Unsettled, each => Assert.False(each.WasSent));
        await Task.WhenAll(publishes).Within().ContinueWith(_ => { }, TaskScheduler.Default);
    }

    /// <summary>A channel that is lost alone hands back its own, and those of others are confirmed.</summary>
    [Fact]
    public async Task A_channel_that_the_broker_closes_hands_back_its_own()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await using var other = await connection.OpenChannelAsync(Confirming);
        await other.DeclareQueueAsync("q");
        var lost = channel.PublishAsync("no such exchange", "q", Text("m")).AsTask();
        await other.PublishAsync("", "q", Text("m")).Within();
        await Assert.ThrowsAsync<AmqpChannelClosedException>(() => lost.Within());
        Assert.Equal("no such exchange", Assert.Single(channel.Unsettled).Message.Exchange);
        Assert.Empty(other.Unsettled);
    }

    [Fact]
    public async Task Without_recovery_only_what_was_not_sent_is_handed_back()
    {
        await using var connection = await AmqpConnection.ConnectAsync(Options() with { Recovery = null }).Within();
        await using var channel = await connection.OpenChannelAsync(
            Confirming with { MaxUnsettledPublishes = 1 });
        _broker.Inject(new FreezeConnection(null));
        Task[] publishes =
            [.. Enumerable.Range(0, 3).Select(each => channel.PublishAsync("", "q", Text($"{each}")).AsTask())];
        _broker.Inject(new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Reset)));
        await connection.Completion.Within();
        foreach (var publish in publishes)
        {
            await Assert.ThrowsAnyAsync<AmqpException>(() => publish.Within());
        }

        Assert.Equal(["1", "2"], channel.Unsettled.Select(each => Text(each.Message.Body)));
        Assert.All(channel.Unsettled, each => Assert.False(each.WasSent));
    }
}
