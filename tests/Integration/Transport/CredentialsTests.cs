using Amqp.Engine.Spec;
using Amqp.FakeBroker;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>Credentials that come from a provider and run out.</summary>
public sealed class CredentialsTests
{
    [Fact]
    public async Task Credentials_that_run_out_are_renewed_on_the_open_connection()
    {
        var peer = new PipePeer();
        var provider = new Provider(
            new AmqpCredentials("user", "first") { ValidFor = TimeSpan.FromSeconds(1) },
            new AmqpCredentials("user", "second"));
        var connection = await peer.ConnectAsync(
            new AmqpConnectionOptions { CredentialsProvider = provider }).Within();
        var sent = await peer.TakeUntilAsync("second").Within();
        Assert.Contains("\0user\0first", sent, StringComparison.Ordinal);
        peer.Queue(0, new ConnectionUpdateSecretOk());
        await peer.FlushAsync().Within();
        Assert.True(connection.IsOpen);
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task A_provider_that_does_not_answer_once_is_asked_again()
    {
        var peer = new PipePeer();
        var time = new ManualTime();
        var provider = new ForgetfulProvider();
        var options = new AmqpConnectionOptions
        {
            CredentialsProvider = provider,
            TimeProvider = time,
            Heartbeat = TimeSpan.Zero,
        };
        var connection = await peer.ConnectAsync(options).Within();
        await time.RunUntilAsync(provider.AskedThrice);
        await peer.TakeUntilAsync("third").Within();
        Assert.True(connection.IsOpen);
        await connection.AbortAsync().Within();
    }

    [Fact]
    public async Task Each_attempt_asks_for_credentials_of_its_own()
    {
        await using var broker = new InMemoryBroker();
        var provider = new Provider(new AmqpCredentials("guest", "wrong"), new AmqpCredentials("guest", "guest"));
        var options = new AmqpConnectionOptions { CredentialsProvider = provider };
        var connector = new DuplexPipeConnector(_ => ValueTask.FromResult(broker.Connect()));
        await Assert.ThrowsAsync<AmqpAuthenticationException>(
            () => AmqpConnection.ConnectAsync(options, connector).Within());
        await using var connection = await AmqpConnection.ConnectAsync(options, connector).Within();
        Assert.True(connection.IsOpen);
    }

    [Fact]
    public async Task A_provider_that_fails_is_a_failed_attempt_with_its_cause()
    {
        var options = new AmqpConnectionOptions { CredentialsProvider = new Provider() };
        var error = await Assert.ThrowsAsync<AmqpConnectException>(
            () => AmqpConnection.ConnectAsync(options).Within());
        var attempt = error.Attempts[0];
        Assert.Equal(ConnectPhase.Credentials, attempt.Phase);
        Assert.IsType<InvalidOperationException>(attempt.Cause);
    }

    [Fact]
    public async Task A_provider_that_never_answers_ends_with_the_deadline()
    {
        var options = new AmqpConnectionOptions
        {
            CredentialsProvider = new SilentProvider(),
            ConnectTimeout = TimeSpan.FromMilliseconds(50),
        };
        var error = await Assert.ThrowsAsync<AmqpConnectException>(
            () => AmqpConnection.ConnectAsync(options).Within());
        Assert.All(error.Attempts, attempt => Assert.Equal(ConnectPhase.Credentials, attempt.Phase));
    }

    [Fact]
    public void Credentials_print_no_secret() =>
        Assert.Equal("user:***", $"{new AmqpCredentials("user", "hush")}");

    // Gives what it was made with, in order; then fails.
    private sealed class Provider(params AmqpCredentials[] credentials) : ICredentialsProvider
    {
        private int _next;

        public ValueTask<AmqpCredentials> GetAsync(CancellationToken cancellationToken) => _next < credentials.Length
            ? ValueTask.FromResult(credentials[_next++])
            : throw new InvalidOperationException("no more credentials");
    }

    /// <summary>Answers the first call and the third; the second one never.</summary>
    private sealed class ForgetfulProvider : ICredentialsProvider
    {
        private readonly TaskCompletionSource _askedThrice = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _calls;

        public Task AskedThrice => _askedThrice.Task;

        public ValueTask<AmqpCredentials> GetAsync(CancellationToken cancellationToken)
        {
            switch (++_calls)
            {
                case 1:
                    return new(new AmqpCredentials("user", "first") { ValidFor = TimeSpan.FromMinutes(1) });
                case 2:
                    return new(new TaskCompletionSource<AmqpCredentials>().Task);
                default:
                    _askedThrice.TrySetResult();
                    return new(new AmqpCredentials("user", "third"));
            }
        }
    }

    private sealed class SilentProvider : ICredentialsProvider
    {
        public ValueTask<AmqpCredentials> GetAsync(CancellationToken cancellationToken) =>
            new(new TaskCompletionSource<AmqpCredentials>().Task);
    }
}
