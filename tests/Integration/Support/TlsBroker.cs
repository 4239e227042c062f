using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amqp.FakeBroker;

namespace Amqp.Integration.Support;

/// <summary>A broker behind TLS on a loopback port, with an authority and a certificate of its own.</summary>
internal sealed class TlsBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly InMemoryBroker _broker = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _clients = [];
    private readonly X509Certificate2 _authority;
    private readonly X509Certificate2 _certificate;
    private readonly bool _wantsCertificate;
    private readonly Task _accepting;

    /// <param name="name">The name that the certificate carries.</param>
    /// <param name="wantsCertificate">Whether a client must show a certificate of the same authority.</param>
    public TlsBroker(string name = "localhost", bool wantsCertificate = false)
    {
        _wantsCertificate = wantsCertificate;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        _authority = request.CreateSelfSigned(now.AddDays(-2), now.AddDays(2));
        var pem = Issue(name);
        _certificate = X509Certificate2.CreateFromPem(pem.Certificate, pem.Key);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port to connect to, on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The authority's certificate.</summary>
    public string AuthorityPem => _authority.ExportCertificatePem();

    /// <summary>The name of the certificate that the last client showed.</summary>
    public string? ClientName { get; private set; }

    /// <summary>Makes a certificate of the broker's authority.</summary>
    public (string Certificate, string Key) Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(
            _authority, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return (issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting.Within();
        _listener.Stop();
        await Task.WhenAll(_clients).Within();
        await _broker.DisposeAsync();
        _authority.Dispose();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _clients.Add(ServeAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            // The broker is being disposed of.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        await Task.Yield();
        try
        {
            await using var tls = new SslStream(new NetworkStream(client, ownsSocket: true));
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificate = _certificate,
                    ClientCertificateRequired = _wantsCertificate,
                    RemoteCertificateValidationCallback = (_, shown, _, _) => !_wantsCertificate || IsOurs(shown),
                },
                _stop.Token);
            var pipe = _broker.Connect();
            await Task.WhenAny(
                PipeReader.Create(tls).CopyToAsync(pipe.Output, _stop.Token),
                pipe.Input.CopyToAsync(tls, _stop.Token));
            await pipe.Output.CompleteAsync();
            await pipe.Input.CompleteAsync();
        }
        catch (Exception)
        {
            // What the client did not like, or the end of the test: its own error is what counts.
        }
    }

    private bool IsOurs(X509Certificate? shown)
    {
        ClientName = shown?.Subject;
        return shown?.Issuer == _authority.Subject;
    }
}
