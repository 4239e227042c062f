using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Amqp.FakeBroker.Hosting;

namespace Amqp.FakeBroker;

/// <summary>
/// A TCP port of an <see cref="InMemoryBroker"/>. Disposing it closes the port; connections made through it stay.
/// </summary>
public sealed class BrokerTcpListener : IAsyncDisposable
{
    private const int Backlog = 4096;

    private readonly InMemoryBroker _broker;
    private readonly SslServerAuthenticationOptions? _tls;
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource? _pause;
    private Socket? _socket;
    private Task _accepting = Task.CompletedTask;

    internal BrokerTcpListener(InMemoryBroker broker, int port, BrokerTls? tls)
    {
        _broker = broker;
        _tls = tls?.ToOptions();
        Tls = tls;
        Port = port;
        Open();
        string login = broker.Options.Users.Length > 0
            ? $"{System.Uri.EscapeDataString(broker.Options.Users[0].Name)}:"
                + $"{System.Uri.EscapeDataString(broker.Options.Users[0].Password ?? "")}@"
            : "";
        string scheme = tls is null ? "amqp" : "amqps";
        Uri = string.Create(CultureInfo.InvariantCulture, $"{scheme}://{login}127.0.0.1:{Port}");
    }

    /// <summary>The port listened on, on 127.0.0.1.</summary>
    public int Port { get; private set; }

    /// <summary>
    /// Where and as whom to connect: amqp://guest:guest@127.0.0.1:PORT, with the broker's first user; amqps with TLS.
    /// </summary>
    public string Uri { get; }

    /// <summary>How it does TLS; null when it does not.</summary>
    public BrokerTls? Tls { get; }

    /// <summary>Closes the port and waits for the accept loop to end. Harmless when repeated.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await CloseAsync().ConfigureAwait(false);
        _broker.Detach(this);
    }

    /// <summary>Opens the port again after <see cref="CloseAsync"/>.</summary>
    /// <exception cref="SocketException">The port is taken.</exception>
    internal void Open()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, Port));
            socket.Listen(Backlog);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        _socket = socket;
        _pause = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _accepting = AcceptAsync(socket, _pause.Token);
    }

    /// <summary>Refuses connections until <see cref="Open"/>.</summary>
    internal async Task CloseAsync()
    {
        CancellationTokenSource? pause = Interlocked.Exchange(ref _pause, null);
        if (pause is not null)
        {
            pause.Cancel();
            _socket?.Dispose();
            await _accepting.ConfigureAwait(false);
            pause.Dispose();
        }
    }

    private async Task AcceptAsync(Socket socket, CancellationToken stop)
    {
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await socket.AcceptAsync(stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException || stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException)
            {
                // The peer of one connection gave up before it was accepted; the port is fine.
                continue;
            }

            Serve(accepted);
        }
    }

    private void Serve(Socket accepted)
    {
        try
        {
            accepted.NoDelay = true;
            new SocketConnection(_broker, accepted, _tls).Start();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer hung up at once, or the broker is being disposed.
            accepted.Dispose();
        }
    }
}
