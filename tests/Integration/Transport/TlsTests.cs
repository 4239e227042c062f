using System.Security.Authentication;
using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>TLS is strict unless it is told otherwise, and says what it does not like. The same whoever reads the
/// socket.</summary>
public abstract class TlsTests(IoMode mode) : IDisposable
{
    private const byte AlertRecord = 21;
    private const byte ApplicationRecord = 23;

    private readonly string _folder = Directory.CreateTempSubdirectory("amqp-tls-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_server_of_the_given_authority_with_the_right_name_is_trusted()
    {
        await using var broker = new TlsBroker();
        await RoundTripAsync($"amqps://localhost:{broker.Port}?cacertfile={Save("ca.pem", broker.AuthorityPem)}");
    }

    [Fact]
    public async Task A_server_of_an_unknown_authority_is_refused()
    {
        await using var broker = new TlsBroker();
        await AssertRefusedAsync($"amqps://localhost:{broker.Port}", "certificate chain");
    }

    [Fact]
    public async Task A_server_of_another_authority_than_the_given_one_is_refused()
    {
        await using var broker = new TlsBroker();
        await using var other = new TlsBroker();
        await AssertRefusedAsync(
            $"amqps://localhost:{broker.Port}?cacertfile={Save("ca.pem", other.AuthorityPem)}",
            "certificate chain");
    }

    [Fact]
    public async Task A_server_with_another_name_is_refused()
    {
        await using var broker = new TlsBroker("elsewhere.test");
        await AssertRefusedAsync(
            $"amqps://localhost:{broker.Port}?cacertfile={Save("ca.pem", broker.AuthorityPem)}",
            "RemoteCertificateNameMismatch");
    }

    [Fact]
    public async Task The_name_to_check_can_be_given()
    {
        await using var broker = new TlsBroker("elsewhere.test");
        await RoundTripAsync(
            $"amqps://localhost:{broker.Port}?cacertfile={Save("ca.pem", broker.AuthorityPem)}"
            + "&server_name_indication=elsewhere.test");
    }

    [Fact]
    public async Task The_check_can_be_turned_off_by_name()
    {
        await using var broker = new TlsBroker("elsewhere.test");
        await RoundTripAsync($"amqps://localhost:{broker.Port}?verify=verify_none");
    }

    [Fact]
    public async Task A_client_certificate_is_shown()
    {
        await using var broker = new TlsBroker(wantsCertificate: true);
        var (certificate, key) = broker.Issue("a client");
        await RoundTripAsync(
            $"amqps://localhost:{broker.Port}?cacertfile={Save("ca.pem", broker.AuthorityPem)}"
            + $"&certfile={Save("cert.pem", certificate)}&keyfile={Save("key.pem", key)}");
        Assert.Equal("CN=a client", broker.ClientName);
    }

    [Fact]
    public async Task A_missing_certificate_file_is_named()
    {
        await using var broker = new TlsBroker();
        await AssertRefusedAsync($"amqps://localhost:{broker.Port}?cacertfile=%2fnowhere%2fca.pem", "/nowhere/ca.pem");
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task Much_flows_in_both_directions_at_once(SslProtocols version)
    {
        const int Messages = 300;
        await using var broker = new TlsBroker();
        await using var connection = await ConnectAsync(Strict(broker, version));
        var channel = await connection.OpenChannelAsync(new AmqpChannelOptions { PrefetchCount = 20 }).Within();
        await channel.DeclareQueueAsync("q").Within();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        await channel.SubscribeAsync("q", async (delivery, token) =>
        {
            Assert.Equal(Body(count), delivery.Body.ToArray());
            await delivery.AckAsync(cancellationToken: token);
            if (++count == Messages)
            {
                done.SetResult();
            }
        }).Within();
        await Task.WhenAll(
            Enumerable.Range(0, Messages).Select(i => channel.PublishAsync("", "q", Body(i)).AsTask())).Within();
        await done.Task.Within();
        await connection.CloseAsync().Within();
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)] // by a second handshake
    [InlineData(SslProtocols.Tls13)] // by a request after the first one
    public async Task A_server_may_ask_for_the_certificate_when_the_connection_is_in_use(SslProtocols version)
    {
        await using var broker = new TlsBroker(wantsCertificate: true, wantsItLate: true);
        var (certificate, key) = broker.Issue("a late client");
        var strict = Strict(broker, version);
        await RoundTripAsync(strict with
        {
            Tls = strict.Tls! with { CertificateFile = Path(certificate), KeyFile = Path(key) },
        });
        Assert.Equal("CN=a late client", broker.ClientName);
    }

    [Fact]
    public async Task Closing_ends_with_close_notify()
    {
        await using var broker = new TlsBroker();
        await RoundTripAsync(Strict(broker, SslProtocols.Tls12));
        await broker.DisposeAsync();
        Assert.Equal([ApplicationRecord, AlertRecord], broker.RecordTypes.TakeLast(2));
    }

    [Fact]
    public async Task A_server_that_ends_in_order_ends_the_connection_in_order()
    {
        var broker = new TlsBroker();
        await using var connection = await ConnectAsync(Strict(broker, SslProtocols.None));
        await broker.DisposeAsync();
        await connection.Completion.Within();
        var reason = Assert.IsType<AmqpConnectionClosedException>(connection.CloseReason);
        Assert.Null(reason.InnerException);
    }

    [Fact]
    public async Task A_silent_server_is_given_up_in_the_handshake()
    {
        await using var server = StrangeServer.Silent();
        var options = Parse($"amqps://127.0.0.1:{server.Port}") with
        {
            ConnectTimeout = TimeSpan.FromMilliseconds(200),
        };
        var error = await Assert.ThrowsAsync<AmqpConnectException>(() => ConnectAsync(options));
        var attempt = Assert.Single(error.Attempts);
        Assert.Equal(ConnectPhase.Tls, attempt.Phase);
        Assert.Contains("in time", attempt.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_handshake_ends_with_its_token()
    {
        await using var server = StrangeServer.Silent();
        using var cancel = new CancellationTokenSource();
        var connecting = AmqpConnection.ConnectAsync(Parse($"amqps://127.0.0.1:{server.Port}"), cancel.Token);
        await server.Spoken.Within();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within());
    }

    [Fact]
    public async Task A_server_of_another_protocol_is_an_error_of_the_handshake()
    {
        await using var server = StrangeServer.Http();
        var error = await Assert.ThrowsAsync<AmqpConnectException>(
            () => ConnectAsync(Parse($"amqps://127.0.0.1:{server.Port}")));
        Assert.Equal(ConnectPhase.Tls, Assert.Single(error.Attempts).Phase);
    }

    private static byte[] Body(int number)
    {
        var body = new byte[1 + (number * 397 % 90_000)];
        body.AsSpan().Fill((byte)number);
        return body;
    }

    private AmqpConnectionOptions Strict(TlsBroker broker, SslProtocols version)
    {
        var options = Parse(
            $"amqps://localhost:{broker.Port}?cacertfile={Save("ca.pem", broker.AuthorityPem)}");
        return options with { Tls = options.Tls! with { EnabledSslProtocols = version } };
    }

    private AmqpConnectionOptions Parse(string uri) => AmqpConnectionOptions.Parse(uri) with { IoMode = mode };

    private Task<AmqpConnection> ConnectAsync(AmqpConnectionOptions options) =>
        AmqpConnection.ConnectAsync(options).Within();

    private string Path(string pem)
    {
        var path = System.IO.Path.Combine(_folder, $"{Directory.GetFiles(_folder).Length}.pem");
        File.WriteAllText(path, pem);
        return path;
    }

    private string Save(string name, string pem)
    {
        var path = System.IO.Path.Combine(_folder, name);
        File.WriteAllText(path, pem);
        return Uri.EscapeDataString(path);
    }

    private Task RoundTripAsync(string uri) => RoundTripAsync(Parse(uri));

    private async Task RoundTripAsync(AmqpConnectionOptions options)
    {
        await using var connection = await ConnectAsync(options);
        await using var channel = await connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        var body = new byte[200_000];
        await channel.PublishAsync("", "q", body).Within();
        var message = await channel.GetAsync("q", noAck: true).Within();
        Assert.Equal(body, message!.Message.Body.ToArray());
        await connection.CloseAsync().Within();
    }

    private async Task AssertRefusedAsync(string uri, string reason)
    {
        var error = await Assert.ThrowsAsync<AmqpConnectException>(
            () => ConnectAsync(Parse(uri)));
        Assert.All(error.Attempts, attempt => Assert.True(
            attempt.Phase == ConnectPhase.Tls || attempt.Address?.AddressFamily
                == System.Net.Sockets.AddressFamily.InterNetworkV6));
        Assert.Contains(
            error.Attempts,
            attempt => attempt.Phase == ConnectPhase.Tls
                && attempt.Message.Contains(reason, StringComparison.Ordinal));
    }
}
