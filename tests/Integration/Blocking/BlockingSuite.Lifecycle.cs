using Amqp.Engine.Events;
using Amqp.Engine.Spec;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Blocking;

public abstract partial class BlockingSuite
{
    [SkippableFact]
    public Task A_connection_and_a_channel_open_and_close() => OnOwnThread(() =>
    {
        var connection = Connect();
        var channel = connection.OpenChannel();
        Assert.True(connection.IsOpen);
        Assert.True(channel.IsOpen);
        channel.Close();
        Assert.False(channel.IsOpen);
        Assert.True(connection.IsOpen);
        connection.Close();
        Assert.False(connection.IsOpen);
        var reason = Assert.IsType<AmqpConnectionClosedException>(connection.CloseReason);
        Assert.Equal(CloseInitiator.Application, reason.Initiator);
    });

    [SkippableFact]
    public Task The_second_endpoint_is_used_when_the_first_refuses() => OnOwnThread(() =>
    {
        var dead = new AmqpEndpoint("127.0.0.1", 1);
        var connection = Connect(Options with { Endpoints = [dead, .. Options.Endpoints] });
        Assert.True(connection.OpenChannel().IsOpen);
    });

    [SkippableFact]
    public Task Endpoints_that_all_refuse_are_one_error_with_each_attempt() => OnOwnThread(() =>
    {
        AmqpEndpoint[] dead = [new("127.0.0.1", 1), new("127.0.0.1", 2)];
        var error = Assert.Throws<AmqpConnectException>(() => Connect(Options with { Endpoints = [.. dead] }));
        Assert.Equal([1, 2], error.Attempts.Select(attempt => attempt.Endpoint.Port));
    });

    [SkippableFact]
    public Task A_refused_login_is_an_error_of_its_own() => OnOwnThread(() =>
        Assert.Throws<AmqpAuthenticationException>(() => Connect(Options with { Password = "wrong" })));

    [SkippableFact]
    public Task An_unknown_virtual_host_is_an_error_of_its_own() => OnOwnThread(() =>
        Assert.Throws<AmqpVirtualHostException>(() => Connect(Options with { VirtualHost = "no-such-host" })));

    [SkippableFact]
    public Task Closing_twice_does_nothing() => OnOwnThread(() =>
    {
        var channel = Open();
        channel.Close();
        channel.Close();
        channel.Connection.Close();
        channel.Connection.Close();
        channel.Close();
    });

    [SkippableFact]
    public Task A_block_closes_its_connection_and_lets_its_error_through() => OnOwnThread(() =>
    {
        BlockingConnection? seen = null;
        BlockingChannel? seenChannel = null;
        Assert.Throws<InvalidTimeZoneException>((Action)(() =>
        {
            using var connection = seen = BlockingConnection.Connect(Options);
            using var channel = seenChannel = connection.OpenChannel();
            throw new InvalidTimeZoneException("from the block");
        }));
        Assert.False(seen!.IsOpen);
        Assert.False(seenChannel!.IsOpen);
    });

    [SkippableFact]
    public Task A_channels_block_does_not_hide_why_the_broker_closed_it() => OnOwnThread(() =>
    {
        var connection = Connect();
        var error = Assert.Throws<AmqpChannelClosedException>(() =>
        {
            using var channel = connection.OpenChannel();
            channel.DeclareQueuePassive(NewName("missing"));
        });
        Assert.Equal(ReplyCode.NotFound, error.Code);
        Assert.True(connection.IsOpen);
    });

    [SkippableFact]
    public Task Everything_on_a_closed_connection_says_that_it_is_closed() => OnOwnThread(() =>
    {
        var channel = Open();
        var connection = channel.Connection;
        connection.Close();
        Assert.Throws<AmqpConnectionClosedException>(() => connection.OpenChannel());
        Assert.Throws<AmqpConnectionClosedException>(() => connection.ProcessEvents(TimeSpan.Zero));
        Assert.Throws<AmqpConnectionClosedException>(() => connection.Sleep(TimeSpan.Zero));
        Assert.Throws<AmqpConnectionClosedException>(() => connection.AddCallbackThreadSafe(() => { }));
        Assert.Throws<AmqpConnectionClosedException>(() => connection.CallLater(TimeSpan.Zero, () => { }));
        Assert.Throws<AmqpConnectionClosedException>(() => connection.UpdateSecret("secret", "reason"));
        Assert.Throws<AmqpConnectionClosedException>(() => channel.DeclareQueue());
        Assert.Throws<AmqpConnectionClosedException>(() => channel.Publish("", "key", Bytes("x")));
        Assert.Throws<AmqpConnectionClosedException>(() => channel.Ack(1));
    });

    [SkippableFact]
    public Task Everything_on_a_closed_channel_says_that_it_is_closed() => OnOwnThread(() =>
    {
        var channel = Open();
        channel.Close();
        Assert.Throws<AmqpChannelClosedException>(() => channel.DeclareQueue());
        Assert.Throws<AmqpChannelClosedException>(() => channel.Publish("", "key", Bytes("x")));
        Assert.Throws<AmqpChannelClosedException>(() => channel.Subscribe("queue", _ => { }));
        Assert.Throws<AmqpChannelClosedException>(() => channel.Consume("queue").First());
        Assert.Throws<AmqpChannelClosedException>(() => channel.Nack(1));
        Assert.True(channel.Connection.IsOpen);
    });

    [SkippableFact]
    public Task A_connection_with_consumers_closes() => OnOwnThread(() =>
    {
        var channel = Open();
        var queue = Queue(channel, "one", "two");
        channel.Subscribe(queue, _ => { });
        channel.Connection.Close();
        Assert.False(channel.IsOpen);
    });

    [SkippableFact]
    public async Task A_call_that_waits_when_the_stream_is_reset_fails_and_so_does_every_later_one()
    {
        await using var relay = new TcpRelay("127.0.0.1", Options.Endpoints[0].Port);
        await OnOwnThread(() =>
        {
            var connection = Connect(Options with { Endpoints = [new AmqpEndpoint("127.0.0.1", relay.Port)] });
            var channel = connection.OpenChannel();
            relay.Silence();
            using var cut = TimeProvider.System.CreateTimer(
                _ => relay.Cut(), null, TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan);
            Assert.Throws<AmqpConnectionClosedException>(() => channel.DeclareQueue());
            Assert.False(connection.IsOpen);
            Assert.False(channel.IsOpen);
            Assert.Throws<AmqpConnectionClosedException>(() => connection.OpenChannel());
            Assert.Throws<AmqpConnectionClosedException>(() => connection.ProcessEvents(TimeSpan.Zero));
            connection.Close();
        });
    }

    [SkippableFact]
    public async Task A_thread_that_pumps_when_the_stream_is_reset_is_told()
    {
        await using var relay = new TcpRelay("127.0.0.1", Options.Endpoints[0].Port);
        await OnOwnThread(() =>
        {
            var connection = Connect(Options with { Endpoints = [new AmqpEndpoint("127.0.0.1", relay.Port)] });
            using var cut = TimeProvider.System.CreateTimer(
                _ => relay.Cut(), null, TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan);
            Assert.Throws<AmqpConnectionClosedException>(() => connection.ProcessEvents());
        });
    }

    [SkippableFact]
    public async Task A_call_that_is_not_answered_ends_after_its_time_and_the_connection_lives_on()
    {
        await using var relay = new TcpRelay("127.0.0.1", Options.Endpoints[0].Port);
        await OnOwnThread(() =>
        {
            var connection = Connect(Options with
            {
                Endpoints = [new AmqpEndpoint("127.0.0.1", relay.Port)],
                CloseTimeout = TimeSpan.FromMilliseconds(100),
            });
            var channel = connection.OpenChannel(new AmqpChannelOptions { PublisherConfirms = true });
            relay.Silence();
            var limit = TimeSpan.FromMilliseconds(50);
            var start = TimeProvider.System.GetTimestamp();
            Assert.Throws<AmqpTimeoutException>(() => channel.DeclareQueue(timeout: limit));
            Assert.Throws<AmqpTimeoutException>(() => channel.Publish("", "key", Bytes("x"), timeout: limit));
            Assert.Throws<AmqpTimeoutException>(() => connection.OpenChannel(timeout: limit));
            Assert.Throws<AmqpTimeoutException>(() => channel.Close(timeout: limit));
            Assert.Throws<AmqpTimeoutException>(
                () => connection.Close(timeout: TimeSpan.FromMilliseconds(1)));
            Assert.InRange(TimeProvider.System.GetElapsedTime(start), 4 * limit, Soon);
            connection.Close();
            Assert.False(connection.IsOpen);
        });
    }

    [SkippableFact]
    public Task A_new_secret_is_taken() => OnOwnThread(() =>
    {
        var connection = Connect();
        connection.UpdateSecret("guest", "a test");
        Assert.True(connection.OpenChannel().IsOpen);
    });

    [SkippableFact]
    public Task What_the_broker_can_do_is_known_once_connected() => OnOwnThread(() =>
    {
        var connection = Connect();
        Assert.True(connection.Tuning.FrameMax > 0);
        Assert.Contains(connection.ServerProperties, entry => entry.Key == "capabilities");
    });
}
