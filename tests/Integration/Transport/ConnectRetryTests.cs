using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Amqp.Engine.Recovery;
using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>The first connection, tried again in virtual time.</summary>
public sealed class ConnectRetryTests : IAsyncLifetime
{
    private static readonly ImmutableArray<AmqpEndpoint> Three =
        [new AmqpEndpoint("a.test", 1), new AmqpEndpoint("b.test", 2), new AmqpEndpoint("c.test", 3)];

    private readonly HastyTime _time = new();
    private readonly InMemoryBroker _broker = new();
    /// <inheritdoc/>
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DisposeAsync() => await _broker.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_hosts_are_tried_again_after_a_delay_until_one_answers(bool recovers)
    {
        var policy = new RecoveryPolicy { MinDelay = TimeSpan.FromSeconds(2), Jitter = 0 };
        var net = new Net(this) { Up = (endpoint, number) => number > 7 && endpoint == Three[1] };
        await using var connection = await ConnectAsync(
            Options(policy) with { Recovery = recovers ? new AmqpRecoveryOptions() : null }, net);
        Assert.Equal(Three[1], connection.Endpoint);
        Assert.Equal(Three, connection.Options.Endpoints);
        Assert.Equal(
            [(0, 0), (1, 0), (2, 0), (0, 4), (1, 4), (2, 4), (0, 12), (1, 12)],
            net.Tried.Select(each => (Three.IndexOf(each.Endpoint), (int)each.At.TotalSeconds)));
        Assert.Equal(RecoveryState.Ready, connection.State);
    }

    [Fact]
    public async Task After_the_last_pass_one_error_names_every_attempt_with_endpoint_phase_and_pass()
    {
        var net = new Net(this) { Up = (_, _) => false, Unknown = Three[1] };
        var error = await Assert.ThrowsAsync<AmqpConnectException>(() => ConnectAsync(
            Options(new RecoveryPolicy { MaxAttempts = 2 }), net));
        Assert.Equal(
            [
                (1, Three[0], ConnectPhase.Tcp), (1, Three[1], ConnectPhase.Dns), (1, Three[2], ConnectPhase.Tcp),
                (2, Three[0], ConnectPhase.Tcp), (2, Three[1], ConnectPhase.Dns), (2, Three[2], ConnectPhase.Tcp),
            ],
            error.Attempts.Select(each => (each.Pass, each.Endpoint, each.Phase)));
        Assert.Equal(6, error.TotalAttempts);
        Assert.StartsWith(
            "Connecting failed in 6 attempts.\n  a.test:1, Tcp: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("\n  pass 2, b.test:2, Dns: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_policy_there_is_one_pass()
    {
        var net = new Net(this) { Up = (_, number) => number > 3 };
        var error = await Assert.ThrowsAsync<AmqpConnectException>(() => ConnectAsync(Options(null), net));
        Assert.Equal(3, error.Attempts.Length);
        Assert.Equal(TimeSpan.Zero, net.Tried[^1].At);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    public async Task A_refused_login_is_not_tried_again_and_names_what_was_tried_before(int? passes)
    {
        var net = new Net(this) { Up = (endpoint, number) => number > 3 && endpoint == Three[2] };
        var error = await Assert.ThrowsAsync<AmqpAuthenticationException>(() => ConnectAsync(
            Options(new RecoveryPolicy { MaxAttempts = passes }) with { Password = "wrong" }, net));
        Assert.Equal(ReplyCode.AccessRefused, error.Code);
        Assert.Equal(6, net.Tried.Count);
        Assert.Equal([1, 1, 1, 2, 2, 2], error.ConnectAttempts.Select(each => each.Pass));
        var last = error.ConnectAttempts[^1];
        Assert.Equal((Three[2], ConnectPhase.Amqp), (last.Endpoint, last.Phase));
        Assert.Same(error, last.Cause);
    }

    [Fact]
    public async Task A_policy_may_try_a_refused_login_again_with_new_credentials()
    {
        var net = new Net(this) { Up = (_, _) => true };
        var provider = new Rotating();
        await using var connection = await ConnectAsync(
            Options(new RecoveryPolicy { Recoverable = _ => true }) with { CredentialsProvider = provider }, net);
        Assert.Equal(3, provider.Asked);
        Assert.Equal(3, net.Tried.Count);
    }

    [Fact]
    public async Task An_unknown_virtual_host_is_not_tried_again()
    {
        var net = new Net(this) { Up = (_, _) => true };
        var error = await Assert.ThrowsAsync<AmqpVirtualHostException>(() => ConnectAsync(
            Options(new RecoveryPolicy()) with { VirtualHost = "nowhere" }, net));
        Assert.Single(net.Tried);
        Assert.Single(error.ConnectAttempts);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_for_the_next_pass_and_tells_what_was_tried()
    {
        using var cancelled = new CancellationTokenSource();
        var net = new Net(this) { Up = (_, _) => false };
        var policy = new RecoveryPolicy { MinDelay = TimeSpan.FromDays(10), MaxDelay = TimeSpan.FromDays(10) };
        var connecting = AmqpConnection.ConnectAsync(Options(policy), net, cancelled.Token);
        await Waiting.UntilAsync(() => _time.Longest > TimeSpan.FromDays(2)); // the delay between two passes
        await cancelled.CancelAsync();
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within());
        Assert.Equal(cancelled.Token, error.CancellationToken);
        Assert.Equal(3, Assert.IsType<AmqpConnectException>(error.InnerException).Attempts.Length);
        Assert.Equal(3, net.Tried.Count);
    }

    [Fact]
    public async Task Shuffled_hosts_come_in_another_order_in_each_pass_and_the_same_for_the_same_seed()
    {
        var policy = new RecoveryPolicy { MaxAttempts = 6, EndpointOrder = EndpointOrder.Shuffled };
        var orders = new List<string>();
        foreach (var seed in new ulong[] { 7, 7, 8 })
        {
            var net = new Net(this) { Up = (_, _) => false };
            await Assert.ThrowsAsync<AmqpConnectException>(
                () => ConnectAsync(Options(policy with { Seed = seed }), net));
            orders.Add(string.Concat(net.Tried.Select(each => each.Endpoint.Port)));
            string[] passes =
                [.. net.Tried.Chunk(3).Select(each => string.Concat(each.Select(one => one.Endpoint.Port)))];
            Assert.All(passes, each => Assert.Equal("123", string.Concat(each.Order())));
            Assert.True(passes.Distinct().Count() > 1);
        }

        Assert.Equal(orders[0], orders[1]);
        Assert.NotEqual(orders[0], orders[2]);
    }

    /// <summary>A host with three dead addresses fails three times in a pass and is asked last in the next.</summary>
    [Fact]
    public async Task The_healthiest_host_is_tried_first()
    {
        var policy = new RecoveryPolicy { MaxAttempts = 2, EndpointOrder = EndpointOrder.ByHealth };
        var net = new Net(this) { Up = (_, _) => false, Wide = Three[0] };
        await Assert.ThrowsAsync<AmqpConnectException>(() => ConnectAsync(Options(policy), net));
        Assert.Equal([1, 1, 1, 2, 3, 2, 3, 1, 1, 1], net.Tried.Select(each => each.Endpoint.Port));
    }

    [Fact]
    public async Task After_very_many_attempts_the_last_ones_are_listed_and_all_are_counted()
    {
        var net = new Net(this) { Up = (_, _) => false };
        var error = await Assert.ThrowsAsync<AmqpConnectException>(() => ConnectAsync(
            Options(new RecoveryPolicy { MaxAttempts = 100 }), net));
        Assert.Equal((256, 300), (error.Attempts.Length, (int)error.TotalAttempts));
        Assert.Equal(100, error.Attempts[^1].Pass);
        Assert.Contains("in 300 attempts. The last 256 were:", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_policy_that_is_out_of_range_is_refused_by_name() =>
        Assert.Equal("MinDelay", Assert.Throws<ArgumentOutOfRangeException>(
            () => { _ = AmqpConnection.ConnectAsync(Options(new RecoveryPolicy { MinDelay = default })); }).ParamName);

    private AmqpConnectionOptions Options(RecoveryPolicy? policy) => new()
    {
        Endpoints = Three,
        ConnectRetry = policy is null || policy.Seed != 0 ? policy : policy with { Seed = 3 },
        TimeProvider = _time,
        ConnectTimeout = TimeSpan.FromDays(1),
        Heartbeat = TimeSpan.Zero,
    };

    private static Task<AmqpConnection> ConnectAsync(AmqpConnectionOptions options, IConnector net) =>
        AmqpConnection.ConnectAsync(options, net).Within();

    private sealed class Rotating : ICredentialsProvider
    {
        public int Asked { get; private set; }

        public ValueTask<AmqpCredentials> GetAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult(new AmqpCredentials("guest", ++Asked < 3 ? "old" : "guest"));
    }

    /// <summary>Endpoints that refuse until a test says otherwise, and behind all of them the broker.</summary>
    private sealed class Net(ConnectRetryTests test) : IConnector
    {
        public required Func<AmqpEndpoint, int, bool> Up { get; init; }

        public AmqpEndpoint? Unknown { get; init; }

        public AmqpEndpoint? Wide { get; init; }

        public List<(AmqpEndpoint Endpoint, TimeSpan At)> Tried { get; } = [];

        public ValueTask<IReadOnlyList<AmqpEndpoint>> ResolveAsync(
            AmqpEndpoint endpoint, CancellationToken cancellationToken) => endpoint == Unknown
            ? throw new SocketException((int)SocketError.HostNotFound)
            : ValueTask.FromResult<IReadOnlyList<AmqpEndpoint>>(endpoint != Wide
                ? [endpoint]
                : [.. Enumerable.Range(1, 3).Select(each => endpoint with { Address = new IPAddress(each) })]);

        public ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken)
        {
            Tried.Add((endpoint, test._time.Passed));
            return Up(endpoint, Tried.Count)
                ? ValueTask.FromResult(TransportStream.FromPipe(test._broker.Connect()))
                : throw new SocketException((int)SocketError.ConnectionRefused);
        }
    }

    /// <summary>Delays of up to an hour pass at once; longer times never do.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private long _now;
        private long _longest;

        public TimeSpan Passed => TimeSpan.FromTicks(Interlocked.Read(ref _now));

        public TimeSpan Longest => TimeSpan.FromTicks(Interlocked.Read(ref _longest));

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Exchange(ref _longest, Math.Max(_longest, dueTime.Ticks));
            if (dueTime >= TimeSpan.Zero && dueTime < TimeSpan.FromHours(1))
            {
                Interlocked.Add(ref _now, dueTime.Ticks);
                ThreadPool.UnsafeQueueUserWorkItem(_ => callback(state), null);
            }

            return new Never();
        }

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => default;
        }
    }
}
