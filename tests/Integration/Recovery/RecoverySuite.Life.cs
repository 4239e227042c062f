using Amqp.Engine.Recovery;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Recovery;

// States, endings and what the application does meanwhile.
public abstract partial class RecoverySuite
{
    [Fact]
    public async Task States_are_told_in_order()
    {
        var states = new List<RecoveryState>();
        await using var connection = await ConnectAsync();
        connection.StateChanged += states.Add;
        Assert.Equal(RecoveryState.Ready, connection.State);
        Assert.True(connection.WaitUntilReadyAsync().IsCompletedSuccessfully);
        var recovered = new TaskCompletionSource<RecoveryReport>();
        connection.Recovered += report => recovered.TrySetResult(report);
        await LoseAndRecoverAsync(connection);
        Assert.True((await recovered.Task.Within()).IsComplete);
        _broker.SetMemoryAlarm(true);
        await using var channel = await connection.OpenChannelAsync();
        await channel.PublishAsync("", "q", Text("m"));
        await Waiting.UntilAsync(() => connection.State == RecoveryState.Blocked);
        _broker.SetMemoryAlarm(false);
        await Waiting.UntilAsync(() => connection.State == RecoveryState.Ready);
        await connection.CloseAsync().Within();
        await Waiting.UntilAsync(() => states.Count == 5);
        Assert.Equal(
            [RecoveryState.Recovering, RecoveryState.Ready, RecoveryState.Blocked, RecoveryState.Ready,
                RecoveryState.Closed],
            states);
    }

    /// <summary>Handlers of events declare, open channels and wait for answers, at any moment.</summary>
    [Fact]
    public async Task A_handler_that_declares_while_recovering_does_not_deadlock()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        await channel.DeclareQueueAsync("q");
        var done = new List<Task>();
        connection.StateChanged += state =>
        {
            var declaring = DeclareAsync($"in-{state}");
            done.Add(declaring);
            declaring.Within().GetAwaiter().GetResult(); // blocks, as a careless handler does
        };
        connection.Recovered += _ => done.Add(DeclareAsync("recovered"));
        await LoseAndRecoverAsync(connection);
        await Waiting.UntilAsync(() => done.Count == 3);
        await Task.WhenAll(done).Within();
        Assert.Equal(
            ["in-Ready", "in-Recovering", "q", "recovered"],
            _broker.Control(core => core.ListQueues("/").Select(each => each.Name).Order().ToArray()));

        async Task DeclareAsync(string name)
        {
            await using var another = await connection.OpenChannelAsync();
            await another.DeclareQueueAsync(name);
        }
    }

    [Fact]
    public async Task Calls_and_channels_wait_for_the_recovery_and_a_call_that_was_pending_fails()
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync();
        _broker.Inject(new FreezeConnection(null));
        var pending = channel.DeclareQueueAsync("pending");
        _broker.Inject(new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Reset)));
        _broker.ShutDown();
        await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => pending.Within());
        await Waiting.UntilAsync(() => connection.State == RecoveryState.Recovering);
        Assert.False(connection.IsOpen || channel.IsOpen);
        var declare = channel.DeclareQueueAsync("q");
        var open = connection.OpenChannelAsync(Confirming);
        var subscribe = channel.SubscribeAsync("q", (_, _) => default);
        Assert.False(declare.IsCompleted || open.IsCompleted || subscribe.IsCompleted);
        _broker.StartUp();
        await declare.Within();
        await using var opened = await open.Within();
        await opened.PublishAsync("", "q", Text("m")).Within();
        await subscribe.Within();
    }

    [Fact]
    public async Task A_call_that_waits_for_the_recovery_ends_with_its_time()
    {
        await using var connection = await AmqpConnection.ConnectAsync(
            Options() with { RequestTimeout = TimeSpan.FromMilliseconds(50) }).Within();
        await using var channel = await connection.OpenChannelAsync();
        _broker.ShutDown();
        await Waiting.UntilAsync(() => connection.State == RecoveryState.Recovering);
        await Assert.ThrowsAsync<AmqpTimeoutException>(() => channel.DeclareQueueAsync("q").Within());
        using var cancelled = new CancellationTokenSource();
        var waiting = connection.WaitUntilReadyAsync(cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        _broker.StartUp();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_is_closed_while_it_recovers_stays_closed(bool abort)
    {
        var connection = await ConnectAsync();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q");
        _broker.ShutDown();
        await Waiting.UntilAsync(() => connection.State == RecoveryState.Recovering);
        var publish = channel.PublishAsync("", "q", Text("m")).AsTask();
        await (abort ? connection.AbortAsync() : connection.CloseAsync()).Within();
        await Assert.ThrowsAsync<AmqpConnectionClosedException>(() => publish.Within());
        Assert.Equal(RecoveryState.Closed, connection.State);
        await channel.Completion.Within();
        await connection.DisposeAsync().Within();
        _broker.StartUp();
        await using var other = await ConnectAsync();
        Assert.Equal(1, _broker.ConnectionCount);
    }

    [Fact]
    public async Task A_channel_that_is_closed_while_its_connection_recovers_stays_closed()
    {
        await using var connection = await ConnectAsync();
        var channel = await connection.OpenChannelAsync();
        await using var other = await connection.OpenChannelAsync();
        _broker.ShutDown();
        await Waiting.UntilAsync(() => connection.State == RecoveryState.Recovering);
        await channel.CloseAsync().Within();
        await channel.Completion.Within();
        _broker.StartUp();
        await other.DeclareQueueAsync("q").Within();
        Assert.False(channel.IsOpen);
        await Assert.ThrowsAnyAsync<AmqpException>(() => channel.DeclareQueueAsync("q").Within());
    }

    [Fact]
    public async Task A_forced_close_is_recovered_from_and_a_refused_login_is_not()
    {
        await using var connection = await ConnectAsync();
        _broker.Inject(new CloseConnection(null, "maintenance"));
        await Waiting.UntilAsync(() => _broker.ConnectionCount == 0 || connection.State == RecoveryState.Recovering);
        await connection.WaitUntilReadyAsync().Within();
        Assert.True(connection.State is RecoveryState.Ready or RecoveryState.Recovering);

        var credentials = new Credentials();
        await using var refused = await AmqpConnection.ConnectAsync(
            Options() with { CredentialsProvider = credentials }).Within();
        credentials.Password = "wrong";
        _broker.Inject(new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Fin)));
        await refused.Completion.Within();
        Assert.IsType<AmqpAuthenticationException>(refused.CloseReason);
        Assert.Equal(2, credentials.Asked);
    }

    [Fact]
    public async Task After_the_last_attempt_the_connection_closes()
    {
        var connection = await ConnectAsync(Quick with { Policy = Quick.Policy with { MaxAttempts = 3 } });
        _broker.ShutDown();
        await connection.Completion.Within();
        var error = Assert.IsType<AmqpRecoveryException>(connection.CloseReason);
        Assert.IsType<AmqpConnectException>(error.InnerException);
        Assert.Null(error.Report);
    }

    [Fact]
    public async Task Another_endpoint_takes_over()
    {
        await using var second = new InMemoryBroker();
        var listener = await second.ListenAsync();
        await using var connection = await AmqpConnection.ConnectAsync(Options() with
        {
            Endpoints =
            [
                new AmqpEndpoint("127.0.0.1", _listener.Port), new AmqpEndpoint("no-such-host.invalid", 5672),
                new AmqpEndpoint("127.0.0.1", listener.Port),
            ],
        }).Within();
        await using var channel = await connection.OpenChannelAsync(Confirming);
        await channel.DeclareQueueAsync("q");
        _broker.ShutDown();
        await channel.PublishAsync("", "q", Text("m")).Within();
        Assert.Equal(listener.Port, connection.Endpoint.Port);
        Assert.Equal(1, second.Queue("q").Ready);
    }

    /// <summary>A peer that falls silent is missed within two heartbeats.</summary>
    [Fact]
    public async Task A_silent_peer_is_left_within_two_heartbeats()
    {
        await using var connection = await AmqpConnection.ConnectAsync(
            Options() with { Heartbeat = TimeSpan.FromSeconds(1) }).Within();
        var clock = TimeProvider.System;
        var recovering = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.StateChanged += _ => recovering.TrySetResult();
        var started = clock.GetTimestamp();
        _broker.Inject(new FreezeConnection(null));
        await recovering.Task.Within();
        Assert.InRange(clock.GetElapsedTime(started), TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(3));
        await connection.WaitUntilReadyAsync().Within();
    }

    [Fact]
    public async Task A_connection_without_recovery_ends_with_its_stream()
    {
        await using var connection = await AmqpConnection.ConnectAsync(Options() with { Recovery = null }).Within();
        Assert.Equal(RecoveryState.Ready, connection.State);
        await connection.WaitUntilReadyAsync().Within();
        _broker.Inject(new CutConnection(null, new CutAtTime(TimeSpan.Zero, CutKind.Reset)));
        await connection.Completion.Within();
        Assert.Equal(RecoveryState.Closed, connection.State);
        await Assert.ThrowsAnyAsync<AmqpException>(() => connection.WaitUntilReadyAsync());
        Assert.Null(connection.LastRecovery);
    }

    private sealed class Credentials : ICredentialsProvider
    {
        public string Password { get; set; } = "guest";

        public int Asked { get; private set; }

        public ValueTask<AmqpCredentials> GetAsync(CancellationToken cancellationToken)
        {
            Asked++;
            return ValueTask.FromResult(new AmqpCredentials("guest", Password));
        }
    }
}
