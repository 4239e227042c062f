using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Amqp.Engine.Spec;
using Amqp.Simulation.Peers;

namespace Amqp.Integration.Support;

/// <summary>A server on a loopback port that is no AMQP broker, to see how a client fails.</summary>
internal sealed class StrangeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _clients = [];
    private readonly Func<NetworkStream, CancellationToken, Task> _behaviour;
    private readonly TaskCompletionSource _spoken;
    private readonly Task _accepting;

    private StrangeServer(
        Func<NetworkStream, CancellationToken, Task> behaviour, TaskCompletionSource? spoken = null)
    {
        _spoken = spoken ?? new TaskCompletionSource();
        _behaviour = behaviour;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port to connect to, on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Completes when a client has connected and said something; for <see cref="Silent"/> only.</summary>
    public Task Spoken => _spoken.Task;

    /// <summary>Completes when the client has closed its stream; for <see cref="Deaf"/> only.</summary>
    public Task Left { get; private init; } = Task.CompletedTask;

    /// <summary>Accepts and reads, but never says a word.</summary>
    public static StrangeServer Silent()
    {
        var spoken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new StrangeServer((stream, stop) => DrainAsync(stream, spoken, stop), spoken);
    }

    /// <summary>Is an AMQP server up to the end of the handshake, and then only reads.</summary>
    public static StrangeServer Deaf()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        byte[] handshake =
        [
            .. ScriptedPeer.MethodFrame(0, ScriptedPeer.StartMethod()),
            .. ScriptedPeer.MethodFrame(0, new ConnectionTune { ChannelMax = 10, FrameMax = 131072 }),
            .. ScriptedPeer.MethodFrame(0, new ConnectionOpenOk()),
        ];
        return new StrangeServer(async (stream, stop) =>
        {
            await stream.WriteAsync(handshake, stop);
            try
            {
                await DrainAsync(stream, new TaskCompletionSource(), stop);
            }
            finally
            {
                left.SetResult();
            }
        })
        { Left = left.Task };
    }

    /// <summary>Accepts and closes at once.</summary>
    public static StrangeServer HangingUp() => new((_, _) => Task.CompletedTask);

    /// <summary>Answers everything as a web server answers what it does not understand.</summary>
    public static StrangeServer Http() => Sending(Encoding.ASCII.GetBytes(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));

    /// <summary>Reads the protocol header, sends these octets and closes.</summary>
    public static StrangeServer Sending(byte[] answer) => new(async (stream, stop) =>
    {
        await stream.ReadExactlyAsync(new byte[8], stop);
        await stream.WriteAsync(answer, stop);
    });

    /// <summary>Waits for a TLS handshake, which a plain AMQP client never begins.</summary>
    public static StrangeServer Tls() => new(async (stream, stop) =>
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop);
    });

    /// <summary>A loopback port on which nothing listens.</summary>
    public static int UnusedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting.Within();
        _listener.Stop();
        Task[] clients;
        lock (_clients)
        {
            clients = [.. _clients];
        }

        await Task.WhenAll(clients).Within();
        _stop.Dispose();
    }

    private static async Task DrainAsync(NetworkStream stream, TaskCompletionSource spoken, CancellationToken stop)
    {
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, stop) > 0)
        {
            spoken.TrySetResult();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                lock (_clients)
                {
                    _clients.Add(ServeAsync(client));
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server is being disposed of.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        await Task.Yield();
        await using var stream = new NetworkStream(client, ownsSocket: true);
        try
        {
            await _behaviour(stream, _stop.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or AuthenticationException)
        {
            // What the client did not like, or the end of the test.
        }
    }
}
