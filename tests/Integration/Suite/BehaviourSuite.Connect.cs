using Amqp.Engine.Session;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

public abstract partial class BehaviourSuite
{
    [SkippableFact]
    public async Task Connects_opens_a_channel_and_closes_both()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        Assert.True(connection.IsOpen);
        Assert.True(channel.IsOpen);
        await channel.CloseAsync().Within();
        Assert.False(channel.IsOpen);
        await connection.CloseAsync().Within();
        await connection.Completion.Within();
        Assert.False(connection.IsOpen);
    }

    [SkippableFact]
    public async Task Connects_by_uri()
    {
        await using var connection = await AmqpConnection.ConnectAsync(broker.Uri).Within();
        Assert.True(connection.IsOpen);
    }

    [SkippableFact]
    public async Task A_connection_closed_at_once_closes_cleanly()
    {
        var connection = await ConnectAsync();
        await connection.CloseAsync().Within();
        Assert.False(connection.IsOpen);
    }

    [SkippableFact]
    public async Task Tuning_is_the_smaller_of_what_both_sides_ask()
    {
        var connection = await ConnectAsync(Options with
        {
            ChannelMax = 17,
            FrameMax = 8192,
            Heartbeat = TimeSpan.FromSeconds(37),
        });
        Assert.Equal(17, connection.Tuning.ChannelMax);
        Assert.Equal(8192u, connection.Tuning.FrameMax);
        Assert.Equal(TimeSpan.FromSeconds(37), connection.Tuning.Heartbeat);
    }

    [SkippableFact]
    public async Task The_servers_capabilities_are_known()
    {
        var connection = await ConnectAsync();
        Assert.True(connection.ServerProperties.TryGet("product", out var product));
        Assert.Equal("RabbitMQ", product.AsString());
        Assert.True(connection.ServerProperties.TryGet("capabilities", out var capabilities));
        Assert.True(capabilities.AsTable().TryGet("publisher_confirms", out var confirms));
        Assert.True(confirms.AsBoolean());
    }

    [SkippableFact]
    public async Task Amqplain_logs_in_like_plain()
    {
        var connection = await ConnectAsync(Options with
        {
            Mechanisms = [SaslMechanism.External(), SaslMechanism.AmqPlain(Options.UserName, Options.Password)],
        });
        Assert.True(connection.IsOpen);
        var error = await Assert.ThrowsAsync<AmqpAuthenticationException>(() => AmqpConnection.ConnectAsync(
            Options with { Mechanisms = [SaslMechanism.AmqPlain(Options.UserName, "wrong")] }).Within());
        Assert.Equal(ReplyCode.AccessRefused, error.Code);
    }

    [SkippableFact]
    public async Task A_mechanism_that_the_broker_does_not_offer_is_told_by_name()
    {
        var error = await Assert.ThrowsAsync<AmqpAuthenticationException>(() => AmqpConnection.ConnectAsync(
            Options with { Mechanisms = [SaslMechanism.External()] }).Within());
        Assert.Contains("EXTERNAL", error.Message, StringComparison.Ordinal);
        Assert.Contains("PLAIN", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_wrong_password_is_an_authentication_error()
    {
        var error = await Assert.ThrowsAsync<AmqpAuthenticationException>(
            () => AmqpConnection.ConnectAsync(Options with { Password = "not-the-password" }).Within());
        Assert.DoesNotContain("not-the-password", error.ToString());
    }

    [SkippableFact]
    public async Task A_missing_virtual_host_is_an_error_of_its_own()
    {
        var error = await Assert.ThrowsAsync<AmqpVirtualHostException>(
            () => AmqpConnection.ConnectAsync(Options with { VirtualHost = "no-such-vhost" }).Within());
        Assert.Contains("no-such-vhost", error.Message);
    }

    [SkippableFact]
    public async Task Nothing_listening_is_a_connect_error_that_names_the_endpoint()
    {
        var port = StrangeServer.UnusedPort();
        var error = await Assert.ThrowsAsync<AmqpConnectException>(
            () => AmqpConnection.ConnectAsync(OptionsFor(port)).Within());
        var attempt = Assert.Single(error.Attempts);
        Assert.Equal(port, attempt.Endpoint.Port);
        Assert.Contains($"{port}", error.Message);
    }

    [SkippableFact]
    public async Task A_silent_server_is_given_up_at_the_deadline()
    {
        await using var server = StrangeServer.Silent();
        var options = OptionsFor(server.Port) with { ConnectTimeout = TimeSpan.FromMilliseconds(300) };
        var error = await Assert.ThrowsAnyAsync<AmqpException>(() => AmqpConnection.ConnectAsync(options).Within());
        Assert.True(error is AmqpConnectException or AmqpTimeoutException, error.ToString());
    }

    [SkippableFact]
    public async Task A_server_that_hangs_up_is_a_connect_error()
    {
        await using var server = StrangeServer.HangingUp();
        await Assert.ThrowsAsync<AmqpConnectException>(
            () => AmqpConnection.ConnectAsync(OptionsFor(server.Port)).Within());
    }

    [SkippableFact]
    public async Task A_web_server_is_a_connect_error()
    {
        await using var server = StrangeServer.Http();
        var error = await Assert.ThrowsAnyAsync<AmqpException>(
            () => AmqpConnection.ConnectAsync(OptionsFor(server.Port)).Within());
        Assert.True(error is AmqpConnectException or AmqpProtocolException, error.ToString());
    }

    [SkippableFact]
    public async Task A_tls_server_is_a_connect_error()
    {
        await using var server = StrangeServer.Tls();
        var error = await Assert.ThrowsAnyAsync<AmqpException>(
            () => AmqpConnection.ConnectAsync(OptionsFor(server.Port)).Within());
        Assert.True(error is AmqpConnectException or AmqpProtocolException, error.ToString());
    }

    [SkippableFact]
    public async Task A_server_of_another_protocol_version_is_an_error_that_says_so()
    {
        await using var server = StrangeServer.Sending("AMQP\u0003\u0001\0\0"u8.ToArray());
        var error = await Assert.ThrowsAnyAsync<AmqpException>(
            () => AmqpConnection.ConnectAsync(OptionsFor(server.Port) with { Tls = null }).Within());
        Assert.Contains("version", error.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [SkippableFact]
    public async Task The_second_endpoint_is_used_when_the_first_is_unreachable()
    {
        var good = Options.Endpoints[0];
        var connection = await ConnectAsync(Options with
        {
            Endpoints = [new AmqpEndpoint("127.0.0.1", StrangeServer.UnusedPort()), good],
        });
        Assert.True(connection.IsOpen);
    }

    [SkippableFact]
    public async Task Two_unreachable_endpoints_are_both_named()
    {
        int[] ports = [StrangeServer.UnusedPort(), StrangeServer.UnusedPort()];
        var error = await Assert.ThrowsAsync<AmqpConnectException>(
            () => AmqpConnection.ConnectAsync(OptionsFor(ports)).Within());
        Assert.Equal(ports, error.Attempts.Select(attempt => attempt.Endpoint.Port));
    }

    [SkippableFact]
    public async Task Connecting_can_be_cancelled_during_the_handshake()
    {
        await using var server = StrangeServer.Silent();
        using var cancel = new CancellationTokenSource();
        var connecting = AmqpConnection.ConnectAsync(OptionsFor(server.Port), cancel.Token);
        await server.Spoken.Within();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within());
    }

    [SkippableFact]
    public async Task A_cut_anywhere_in_the_handshake_is_one_typed_error()
    {
        var good = Options.Endpoints[0];
        long length;
        await using (var whole = new TcpRelay(good.Host, good.Port))
        {
            await using var connection = await AmqpConnection.ConnectAsync(OptionsFor(whole.Port)).Within();
            length = whole.FromBroker;
        }

        // Every octet of the short frames at the end, and steps through the long first one.
        var places = Enumerable.Range(0, (int)length).Where(at => at % 41 == 0 || at > length - 36).ToList();
        foreach (var place in places)
        {
            await using var relay = new TcpRelay(good.Host, good.Port, RelayCut.OfBroker(place, reset: place % 2 == 0));
            var error = await Record.ExceptionAsync(() => AmqpConnection.ConnectAsync(OptionsFor(relay.Port)).Within());

            // With TLS the same handshake is some octets longer or shorter each time, so that some cuts come too late.
            Assert.True(
                error is AmqpException || (error is null && Options.Tls is not null && relay.FromBroker <= place),
                $"cut after {place} of {length} octets: {error}");
        }
    }

    [SkippableFact]
    public async Task Closing_twice_and_disposing_after_closing_do_nothing_more()
    {
        var connection = await ConnectAsync();
        await connection.CloseAsync().Within();
        await connection.CloseAsync().Within();
        await connection.DisposeAsync().Within();
        await connection.DisposeAsync().Within();
    }

    [SkippableFact]
    public async Task Many_tasks_may_close_one_connection()
    {
        var connection = await ConnectAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => connection.CloseAsync())).Within();
        Assert.False(connection.IsOpen);
    }

    [SkippableFact]
    public async Task Use_after_close_throws_the_recorded_reason()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        await connection.CloseAsync(ReplyCode.Success, "that was all").Within();
        Assert.NotNull(connection.CloseReason);
        var onConnection = await Assert.ThrowsAsync<AmqpConnectionClosedException>(
            () => connection.OpenChannelAsync().Within());
        Assert.Contains("that was all", onConnection.Message);
        var onChannel = await Assert.ThrowsAnyAsync<AmqpException>(() => channel.DeclareQueueAsync("x").Within());
        Assert.Contains("that was all", onChannel.Message);
        await Assert.ThrowsAnyAsync<AmqpException>(() => channel.PublishAsync("", "x", Bytes("x")).Within());
    }

    [SkippableFact]
    public async Task Disposing_closes_a_connection_with_channels_and_consumers()
    {
        var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync().Within();
        var queue = await ExclusiveQueueAsync(channel);
        await channel.SubscribeAsync(queue, (_, _) => ValueTask.CompletedTask).Within();
        await connection.DisposeAsync().Within();
        Assert.False(connection.IsOpen);
        Assert.False(channel.IsOpen);
    }

    [SkippableFact]
    public async Task A_connection_that_is_lost_is_closed_and_so_are_its_channels()
    {
        var good = Options.Endpoints[0];
        await using var relay = new TcpRelay(good.Host, good.Port);
        var connection = await ConnectAsync(OptionsFor(relay.Port));
        var channel = await connection.OpenChannelAsync().Within();
        relay.Cut();
        await connection.Completion.Within();
        await channel.Completion.Within();
        Assert.False(connection.IsOpen);
        Assert.False(channel.IsOpen);
        Assert.NotNull(connection.CloseReason);
        await Assert.ThrowsAnyAsync<AmqpException>(() => connection.OpenChannelAsync().Within());
    }

    [SkippableFact]
    public async Task A_client_may_name_its_connection()
    {
        var connection = await ConnectAsync(Options with
        {
            ConnectionName = "integration test",
            ClientProperties = FieldTable.Empty.With("purpose", "test"),
        });
        Assert.True(connection.IsOpen);
    }
}
