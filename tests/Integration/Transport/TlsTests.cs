using Amqp.Integration.Support;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Transport;

/// <summary>TLS is strict unless it is told otherwise, and says what it does not like.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("amqp-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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

    private string Save(string name, string pem)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, pem);
        return Uri.EscapeDataString(path);
    }

    private static async Task RoundTripAsync(string uri)
    {
        await using var connection = await AmqpConnection.ConnectAsync(uri).Within();
        await using var channel = await connection.OpenChannelAsync().Within();
        await channel.DeclareQueueAsync("q").Within();
        var body = new byte[200_000];
        await channel.PublishAsync("", "q", body).Within();
        var message = await channel.GetAsync("q", noAck: true).Within();
        Assert.Equal(body, message!.Message.Body.ToArray());
        await connection.CloseAsync().Within();
    }

    private static async Task AssertRefusedAsync(string uri, string reason)
    {
        var error = await Assert.ThrowsAsync<AmqpConnectException>(
            () => AmqpConnection.ConnectAsync(uri).Within());
        Assert.All(error.Attempts, attempt => Assert.True(
            attempt.Phase == ConnectPhase.Tls || attempt.Address?.AddressFamily
                == System.Net.Sockets.AddressFamily.InterNetworkV6));
        Assert.Contains(
            error.Attempts,
            attempt => attempt.Phase == ConnectPhase.Tls
                && attempt.Message.Contains(reason, StringComparison.Ordinal));
    }
}
