using Amqp.Engine.Events;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Facades;

public abstract partial class FacadeSuite
{
    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_connection_and_a_channel_open_and_close(FacadeKind kind)
    {
        var facade = await ConnectAsync(kind);
        var channel = await facade.OpenChannelAsync().Within();
        Assert.True(facade.IsOpen && channel.IsOpen);
        await channel.CloseAsync().Within();
        Assert.False(channel.IsOpen);
        await facade.CloseAsync().Within();
        Assert.False(facade.IsOpen);
        var reason = Assert.IsType<AmqpConnectionClosedException>(await facade.Closed.Within());
        Assert.Equal(CloseInitiator.Application, reason.Initiator);
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_connection_closes_as_soon_as_it_is_open(FacadeKind kind) =>
        await (await ConnectAsync(kind)).CloseAsync().Within();

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task The_next_endpoint_is_used_when_the_first_refuses(FacadeKind kind)
    {
        var dead = new AmqpEndpoint("127.0.0.1", 1);
        Assert.True((await ConnectAsync(kind, Options with { Endpoints = [dead, .. Options.Endpoints] })).IsOpen);
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Endpoints_that_all_fail_are_one_error_with_each_attempt(FacadeKind kind)
    {
        AmqpEndpoint[] dead = [new("127.0.0.1", 1), new("no-such-host.invalid", 5672)];
        var error = await Assert.ThrowsAsync<AmqpConnectException>(
            () => ConnectAsync(kind, Options with { Endpoints = [.. dead] }));
        Assert.Equal([ConnectPhase.Tcp, ConnectPhase.Dns], error.Attempts.Select(attempt => attempt.Phase));
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_silent_server_is_given_up_after_the_time_for_connecting(FacadeKind kind)
    {
        await using var relay = new TcpRelay("127.0.0.1", Options.Endpoints[0].Port);
        relay.Silence();
        var options = Options with
        {
            Endpoints = [new AmqpEndpoint("127.0.0.1", relay.Port)],
            ConnectTimeout = TimeSpan.FromMilliseconds(200),
        };
        await Assert.ThrowsAsync<AmqpConnectException>(() => ConnectAsync(kind, options));
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_refused_login_and_an_unknown_virtual_host_are_errors_of_their_own(FacadeKind kind)
    {
        await Assert.ThrowsAsync<AmqpAuthenticationException>(
            () => ConnectAsync(kind, Options with { Password = "wrong" }));
        await Assert.ThrowsAsync<AmqpVirtualHostException>(
            () => ConnectAsync(kind, Options with { VirtualHost = "no-such-host" }));
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_stream_that_breaks_ends_the_connection_its_channels_and_the_calls_that_wait(FacadeKind kind)
    {
        await using var relay = new TcpRelay("127.0.0.1", Options.Endpoints[0].Port);
        var facade = await ConnectAsync(
            kind, Options with { Endpoints = [Options.Endpoints[0] with { Port = relay.Port }] });
        var channel = await facade.OpenChannelAsync().Within();
        relay.Silence();
        var call = channel.DeclareQueueAsync();
        relay.Cut();
        await Assert.ThrowsAnyAsync<AmqpException>(() => call.Within());
        Assert.IsType<AmqpConnectionClosedException>(await facade.Closed.Within());
        Assert.False(facade.IsOpen || channel.IsOpen);
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_call_that_is_not_answered_ends_after_its_time(FacadeKind kind)
    {
        await using var relay = new TcpRelay("127.0.0.1", Options.Endpoints[0].Port);
        var facade = await ConnectAsync(kind, Options with
        {
            Endpoints = [Options.Endpoints[0] with { Port = relay.Port }],
            RequestTimeout = TimeSpan.FromMilliseconds(300),
            CloseTimeout = TimeSpan.FromMilliseconds(300),
        });
        var channel = await facade.OpenChannelAsync().Within();
        relay.Silence();
        await Assert.ThrowsAsync<AmqpTimeoutException>(() => channel.DeclareQueueAsync().Within());
        Assert.True(facade.IsOpen);
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_dead_peer_is_found_out_by_its_missing_heartbeats(FacadeKind kind)
    {
        await using var relay = new TcpRelay("127.0.0.1", Options.Endpoints[0].Port);
        var facade = await ConnectAsync(kind, Options with
        {
            Endpoints = [Options.Endpoints[0] with { Port = relay.Port }],
            Heartbeat = TimeSpan.FromSeconds(1),
        });
        relay.Silence();
        Assert.IsType<AmqpHeartbeatException>(await facade.Closed.Within());
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task A_new_secret_is_taken(FacadeKind kind)
    {
        var facade = await ConnectAsync(kind);
        await facade.UpdateSecretAsync("guest").Within();
        Assert.True((await facade.OpenChannelAsync().Within()).IsOpen);
    }

    [SkippableTheory, MemberData(nameof(Kinds))]
    public async Task Code_of_other_threads_runs_where_the_applications_code_runs(FacadeKind kind)
    {
        var facade = await ConnectAsync(kind);
        var ran = 0;
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => facade.PostAsync(() => Interlocked.Increment(ref ran))))
            .Within();
        Assert.Equal(50, ran);
    }

    [SkippableTheory]
    [InlineData(FacadeKind.Blocking)]
    [InlineData(FacadeKind.BlockingOwnThread)]
    [InlineData(FacadeKind.Select)]
    public async Task A_timer_of_another_thread_runs_and_is_never_early(FacadeKind kind)
    {
        var facade = await ConnectAsync(kind);
        var start = TimeProvider.System.GetTimestamp();
        await facade.DelayAsync(TimeSpan.FromMilliseconds(30)).Within();
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromMilliseconds(30));
    }
}
