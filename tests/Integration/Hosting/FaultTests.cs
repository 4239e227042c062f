using System.Net;
using System.Net.Sockets;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.FakeBroker.Journal;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Hosting;

/// <summary>Faults on cue: what is asked for happens, there and nowhere else.</summary>
public sealed class FaultTests : IAsyncLifetime
{
    private static readonly AmqpChannelOptions Confirming = new() { PublisherConfirms = true };

    private readonly InMemoryBroker _broker = new();
    private BrokerTcpListener _listener = null!;

    /// <inheritdoc/>
    public async Task InitializeAsync() => _listener = await _broker.ListenAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Theory]
    [InlineData(CutKind.Fin)]
    [InlineData(CutKind.Reset)]
    public async Task A_cut_in_the_body_of_the_third_publish_leaves_two_messages(CutKind kind)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("q");
        _broker.Inject(new CutConnection(
            null, new CutAtPlace(ProtocolPlace.Parse("in the body of the third basic.publish"), kind)));
        for (var i = 0; i < 5 && channel.IsOpen; i++)
        {
            try
            {
                await channel.PublishAsync("", "q", new byte[100]);
            }
            catch (AmqpException) when (i >= 2)
            {
                break;
            }
        }

        await connection.Completion.Within();
        Assert.IsType<AmqpConnectionClosedException>(connection.CloseReason, exactMatch: false);
        Assert.Equal(2, _broker.Queue("q").Ready);
        Assert.Equal(2, _broker.Published.Length);
        Assert.Contains(_broker.Journal(), entry => entry.Kind == JournalKind.Fault
            && entry.Text.Contains("third basic.publish", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cut_in_a_delivery_gives_the_message_back()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("q");
        await channel.PublishAsync("", "q", new byte[100]);
        await _broker.Queue("q").WaitForMessagesAsync(1);
        _broker.Inject(new CutConnection(
            null, new CutAtPlace(ProtocolPlace.Parse("in the body of the basic.get-ok"), CutKind.Reset)));
        await Assert.ThrowsAnyAsync<AmqpException>(() => channel.GetAsync("q").Within());
        await _broker.Queue("q").WaitForMessagesAsync(1);
        Assert.True(_broker.Control(core => core.TakeMessage("/", "q"))!.Redelivered);
    }

    [Fact]
    public async Task The_next_connection_can_be_cut_in_its_handshake()
    {
        _broker.Inject(new CutNextConnection(
            new CutAtPlace(ProtocolPlace.Parse("before the connection.tune"), CutKind.Reset)));
        await Assert.ThrowsAnyAsync<AmqpException>(() => ConnectAsync().Within());
        await using var second = await ConnectAsync();
        Assert.True(second.IsOpen);
    }

    [Fact]
    public async Task After_so_many_bytes_the_stream_ends()
    {
        using var client = new TcpClient();
        _broker.Inject(new CutNextConnection(new CutAtByte(LinkDirection.ToClient, 10, CutKind.Fin)));
        await client.ConnectAsync(IPAddress.Loopback, _listener.Port).Within();
        var stream = client.GetStream();
        await stream.WriteAsync(Amqp.Engine.Wire.FrameWriter.ProtocolHeader.ToArray());
        var got = new byte[100];
        Assert.Equal(10, await stream.ReadAtLeastAsync(got, 100, throwOnEndOfStream: false).Within());
    }

    [Fact]
    public async Task A_frozen_connection_waits_and_loses_nothing()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q");
        _broker.Inject(new FreezeConnection(null));
        var publish = channel.PublishAsync("", "q", "x"u8.ToArray()).AsTask();
        await using var other = await ConnectAsync();
        await using var second = await other.OpenChannelAsync();
        Assert.Null(await second.GetAsync("q"));
        Assert.False(publish.IsCompleted);
        _broker.Inject(new ThawConnection(null));
        await publish.Within();
        Assert.Equal(1, _broker.Queue("q").Ready);
    }

    [Fact]
    public async Task A_silent_cut_tells_nobody_until_heartbeats_are_missed()
    {
        var broker = new InMemoryBroker(new BrokerOptions { HeartbeatSeconds = 10 });
        await using var _ = broker;
        var pipe = new DuplexPipeConnector(_ => ValueTask.FromResult(broker.Connect()));
        var connection = await AmqpConnection.ConnectAsync(
            new AmqpConnectionOptions { RequestTimeout = TimeSpan.FromMilliseconds(100) }, pipe).Within();
        broker.Inject(new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Silent)));
        await Assert.ThrowsAsync<AmqpTimeoutException>(() => connection.OpenChannelAsync().Within());
        Assert.Equal(1, broker.ConnectionCount);
        await connection.AbortAsync().Within();
        await broker.WaitUntilAsync(static each => each.ConnectionCount == 0);
    }

    [Fact]
    public async Task Slow_confirms_come_when_their_time_has_come()
    {
        _broker.StopTime();
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q");
        _broker.Inject(new SlowConfirms(TimeSpan.FromMinutes(5)));
        var publish = channel.PublishAsync("", "q", "x"u8.ToArray()).AsTask();
        await _broker.Queue("q").WaitForMessagesAsync(1);
        _broker.AdvanceTime(TimeSpan.FromMinutes(4));

        // An answer on the same channel: a confirm sent before it would have arrived.
        await channel.DeclareQueuePassiveAsync("q").Within();
        Assert.False(publish.IsCompleted);
        _broker.AdvanceTime(TimeSpan.FromMinutes(1));
        await publish.Within();
    }

    [Fact]
    public async Task Stopped_confirms_come_in_order_once_they_go_on()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q");
        _broker.Inject(new StopConfirms());
        var first = channel.PublishAsync("", "q", "1"u8.ToArray()).AsTask();
        var second = channel.PublishAsync("", "q", "2"u8.ToArray()).AsTask();
        await _broker.Queue("q").WaitForMessagesAsync(2);
        Assert.False(first.IsCompleted || second.IsCompleted);
        _broker.Inject(new ResumeConfirms());
        await Task.WhenAll(first, second).Within();
    }

    [Fact]
    public async Task As_many_publishes_are_nacked_as_were_asked_for_and_reach_no_queue()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q");
        _broker.Inject(new NackPublishes(2, RoutingKey: "q"));
        await Assert.ThrowsAsync<PublishNackedException>(() => channel.PublishAsync("", "q", default).Within());
        await channel.PublishAsync("", "other", default).Within();
        await Assert.ThrowsAsync<PublishNackedException>(() => channel.PublishAsync("", "q", default).Within());
        await channel.PublishAsync("", "q", default).Within();
        Assert.Equal(1, _broker.Queue("q").Ready);
    }

    [Fact]
    public async Task A_mandatory_publish_can_be_returned_although_there_is_a_queue()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q");
        _broker.Inject(new ReturnPublishes(1));
        await channel.PublishAsync("", "q", default).Within();
        await Assert.ThrowsAsync<PublishReturnedException>(
            () => channel.PublishAsync("", "q", default, mandatory: true).Within());
        await channel.PublishAsync("", "q", default, mandatory: true).Within();
        Assert.Equal(2, _broker.Queue("q").Ready);
    }

    [Fact]
    public async Task A_cancelled_consumer_is_told_and_its_queue_stays()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("q");
        var consumer = await channel.SubscribeAsync("q", static (_, _) => ValueTask.CompletedTask);
        _broker.Inject(new CancelConsumers("/", "q"));
        await consumer.Completion.Within();
        Assert.Equal(0, _broker.Queue("q").Consumers);
        Assert.True(_broker.Queue("q").Exists);
        Assert.Throws<BrokerControlException>(() => _broker.Inject(new CancelConsumers("/", "none")));
    }

    [Fact]
    public async Task A_crash_resets_connections_and_keeps_what_is_durable()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("durable", durable: true);
        await channel.DeclareQueueAsync("transient");
        await channel.PublishAsync("", "durable", "kept"u8.ToArray(), new BasicProperties { DeliveryMode = 2 });
        await channel.PublishAsync("", "durable", "gone"u8.ToArray());
        _broker.Inject(new CrashBroker(TimeSpan.FromHours(1)));
        await connection.Completion.Within();
        Assert.True(_broker.IsDown);
        await Assert.ThrowsAsync<AmqpConnectException>(() => ConnectAsync().Within());
        _broker.AdvanceTime(TimeSpan.FromHours(1));
        await using var again = await ConnectAsync();
        Assert.False(_broker.Queue("transient").Exists);
        Assert.Equal("kept"u8.ToArray(), Assert.Single(_broker.Queue("durable").Messages).Body.ToArray());
    }

    [Fact]
    public async Task A_restart_says_goodbye_with_320()
    {
        await using var connection = await ConnectAsync();
        _broker.Inject(new RestartBroker(TimeSpan.Zero));
        await connection.Completion.Within();
        var reason = Assert.IsType<AmqpConnectionClosedException>(connection.CloseReason);
        Assert.Equal(ReplyCode.ConnectionForced, reason.Code);
        await using var again = await ConnectAsync();
        Assert.True(again.IsOpen);
    }

    [Fact]
    public async Task A_broker_that_was_shut_down_refuses_connections_until_it_is_started()
    {
        await using var connection = await ConnectAsync();
        _broker.ShutDown();
        await connection.Completion.Within();
        await Assert.ThrowsAsync<AmqpConnectException>(() => ConnectAsync().Within());
        Assert.Throws<IOException>(() => _broker.Connect());
        _broker.StartUp();
        await using var again = await ConnectAsync();
        Assert.True(again.IsOpen);
    }

    [Fact]
    public async Task Hostile_bytes_end_the_connection_with_the_clients_own_error()
    {
        await using var connection = await ConnectAsync();
        _broker.Inject(new SendBytes(null, new byte[] { 9, 0, 0, 0, 0, 0, 1, 2, 3 }));
        await connection.Completion.Within();
        Assert.IsType<AmqpProtocolException>(connection.CloseReason);
    }

    [Fact]
    public async Task Moving_the_clock_expires_messages_and_keeps_connections()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("dead");
        await channel.DeclareQueueAsync("q", arguments: Amqp.Engine.Wire.FieldTable.Create(
            ("x-message-ttl", 3_600_000), ("x-dead-letter-exchange", ""), ("x-dead-letter-routing-key", "dead")));
        await channel.PublishAsync("", "q", "old"u8.ToArray());
        await _broker.Queue("q").WaitForMessagesAsync(1);
        _broker.AdvanceTime(TimeSpan.FromHours(2));
        Assert.Equal(0, _broker.Queue("q").Ready);
        Assert.Equal(1, _broker.Queue("dead").Ready);
        Assert.True(connection.IsOpen);
        Assert.Equal(1u, (await channel.DeclareQueuePassiveAsync("dead")).MessageCount);
    }

    [Fact]
    public async Task What_does_not_come_is_said_with_what_is_there()
    {
        _broker.Control(core => core.DeclareQueue("/", "q"));
        var error = await Assert.ThrowsAsync<TimeoutException>(
            () => _broker.Queue("q").WaitForMessagesAsync(2, TimeSpan.FromMilliseconds(20)));
        Assert.Contains("2 messages in q", error.Message, StringComparison.Ordinal);
        Assert.Contains("q (0 ready", error.Message, StringComparison.Ordinal);
    }

    private Task<AmqpConnection> ConnectAsync() => AmqpConnection.ConnectAsync(_listener.Uri);
}
