using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
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
    private readonly TestAuthority _authority = new();
    private readonly X509Certificate2 _certificate;
    private readonly bool _wantsCertificate;
    private readonly bool _wantsItLate;
    private readonly Task _accepting;
    private TlsRecorder? _recorder;

    /// <param name="name">The name that the certificate carries.</param>
    /// <param name="wantsCertificate">Whether a client must show a certificate of the same authority.</param>
    /// <param name="wantsItLate">Whether it is asked for it only after the handshake, when the connection is in
    /// use.</param>
    public TlsBroker(string name = "localhost", bool wantsCertificate = false, bool wantsItLate = false)
    {
        _wantsCertificate = wantsCertificate;
        _wantsItLate = wantsItLate;
        var pem = Issue(name);
        _certificate = X509Certificate2.CreateFromPem(pem.Certificate, pem.Key);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port to connect to, on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The authority's certificate.</summary>
    public string AuthorityPem => _authority.Pem;

    /// <summary>The name of the certificate that the last client showed.</summary>
    public string? ClientName { get; private set; }

    /// <summary>The types of the records that the last client sent.</summary>
    public IReadOnlyList<byte> RecordTypes => _recorder!.Types;

    /// <summary>Makes a certificate of the broker's authority.</summary>
    public (string Certificate, string Key) Issue(string name) => _authority.Issue(name);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        await _accepting.Within();
        _listener.Stop();
        await Task.WhenAll(_clients).Within();
        await _broker.DisposeAsync();
        _authority.Dispose();
        _certificate.Dispose();
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
            _recorder = new TlsRecorder(new NetworkStream(client, ownsSocket: true));
            await using var tls = new SslStream(_recorder);
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificate = _certificate,
                    ClientCertificateRequired = _wantsCertificate && !_wantsItLate,
                    AllowRenegotiation = true,
                    RemoteCertificateValidationCallback = (_, shown, _, _) =>
                        !_wantsCertificate || (_wantsItLate && shown is null) || IsOurs(shown),
                },
                _stop.Token);
            var pipe = _broker.Connect();
            if (_wantsItLate && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()))
            {
                // The client has said hello and waits: nothing else is on its way.
                var hello = new byte[8];
                await tls.ReadExactlyAsync(hello, _stop.Token);
                await tls.NegotiateClientCertificateAsync(_stop.Token);
                await pipe.Output.WriteAsync(hello, _stop.Token);
            }

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
        return shown?.Issuer == _authority.Name;
    }
}
