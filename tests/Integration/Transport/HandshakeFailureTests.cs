using System.IO.Pipelines;
using Amqp.Engine.Spec;
using Amqp.Engine.Wire;
using Amqp.FakeBroker;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>What a failed handshake is taken for, and whether the next endpoint is tried.</summary>
public sealed class HandshakeFailureTests
{
    private static readonly AmqpEndpoint First = new("first.test", 1);
    private static readonly AmqpEndpoint Second = new("second.test", 2);

    [Fact]
    public async Task A_reset_after_the_login_is_no_wrong_password_and_the_next_endpoint_is_tried()
    {
        await using var broker = new InMemoryBroker();
        await using var connection = await AmqpConnection.ConnectAsync(
            new AmqpConnectionOptions { Endpoints = [First, Second] },
            new TwoEndpoints(Breaking(new IOException("reset")), broker.Connect())).Within();
        Assert.Equal(Second, connection.Endpoint);
    }

    [Fact]
    public async Task A_silent_end_after_the_login_is_a_guess_and_the_next_endpoint_is_tried()
    {
        await using var broker = new InMemoryBroker();
        await using var connection = await AmqpConnection.ConnectAsync(
            new AmqpConnectionOptions { Endpoints = [First, Second] },
            new TwoEndpoints(Breaking(null), broker.Connect())).Within();
        Assert.Equal(Second, connection.Endpoint);
    }

    [Fact]
    public async Task A_silent_end_after_the_login_at_the_only_endpoint_is_told_as_the_guess()
    {
        var options = new AmqpConnectionOptions { Endpoints = [First] };
        var error = await Assert.ThrowsAsync<AmqpAuthenticationException>(() => AmqpConnection.ConnectAsync(
            options, new TwoEndpoints(Breaking(null), Breaking(null))).Within());
        Assert.Contains("right after the login", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_in_words_ends_the_search()
    {
        await using var broker = new InMemoryBroker();
        var options = new AmqpConnectionOptions { Endpoints = [First, Second], Password = "wrong" };
        var error = await Assert.ThrowsAsync<AmqpAuthenticationException>(() => AmqpConnection.ConnectAsync(
            options, new TwoEndpoints(broker.Connect(), Breaking(null))).Within());
        Assert.Equal(ReplyCode.AccessRefused, error.Code);
    }

    [Fact]
    public async Task Client_properties_that_do_not_fit_the_first_frame_are_refused_by_name()
    {
        var options = new AmqpConnectionOptions
        {
            ClientProperties = FieldTable.Create(("notes", FieldValue.LongString(new string('x', 9000)))),
        };
        var error = await Assert.ThrowsAsync<ArgumentException>(() => AmqpConnection.ConnectAsync(options));
        Assert.Equal("ClientProperties", error.ParamName);
    }

    [Theory]
    [InlineData(nameof(AmqpConnectionOptions.ConnectTimeout))]
    [InlineData(nameof(AmqpConnectionOptions.RequestTimeout))]
    [InlineData(nameof(AmqpConnectionOptions.CloseTimeout))]
    [InlineData(nameof(AmqpConnectionOptions.BlockedTimeout))]
    public async Task A_timeout_that_no_timer_can_count_is_refused_by_name(string name)
    {
        var options = new AmqpConnectionOptions();
        options = name switch
        {
            nameof(AmqpConnectionOptions.ConnectTimeout) => options with { ConnectTimeout = TimeSpan.MaxValue },
            nameof(AmqpConnectionOptions.RequestTimeout) => options with { RequestTimeout = TimeSpan.MaxValue },
            nameof(AmqpConnectionOptions.CloseTimeout) => options with { CloseTimeout = TimeSpan.MaxValue },
            _ => options with { BlockedTimeout = TimeSpan.MaxValue },
        };
        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => AmqpConnection.ConnectAsync(options));
        Assert.Equal(name, error.ParamName);
    }

    // Starts a handshake, reads the login, and ends: in order, or with an error.
    private static Pipes Breaking(Exception? error)
    {
        var pipes = new Pipes();
        FrameWriter.WriteMethod(
            pipes.ToClient.Writer,
            0,
            new ConnectionStart { VersionMajor = 0, VersionMinor = 9, Mechanisms = "PLAIN", Locales = "en_US" });
        _ = BreakAsync(pipes, error);
        return pipes;
    }

    private static async Task BreakAsync(Pipes pipes, Exception? error)
    {
        await pipes.ToClient.Writer.FlushAsync();
        long taken = 0;
        while (taken < 100)
        {
            var read = await pipes.FromClient.Reader.ReadAsync();
            taken += read.Buffer.Length;
            pipes.FromClient.Reader.AdvanceTo(read.Buffer.End);
        }

        await pipes.ToClient.Writer.CompleteAsync(error);
    }

    private sealed class Pipes : IDuplexPipe
    {
        public Pipe ToClient { get; } = new();

        public Pipe FromClient { get; } = new();

        public PipeReader Input => ToClient.Reader;

        public PipeWriter Output => FromClient.Writer;
    }

    private sealed class TwoEndpoints(IDuplexPipe first, IDuplexPipe second) : IConnector
    {
        public ValueTask<TransportStream> ConnectAsync(AmqpEndpoint endpoint, CancellationToken cancellationToken) =>
            ValueTask.FromResult(TransportStream.FromPipe(endpoint == First ? first : second));
    }
}
