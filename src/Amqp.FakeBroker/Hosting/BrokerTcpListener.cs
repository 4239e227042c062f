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

    /// <summary>How long to wait for descriptors when there are none for another connection.</summary>
    private static readonly TimeSpan s_shortagePause = TimeSpan.FromMilliseconds(100);

    private readonly InMemoryBroker _broker;
    private readonly Lazy<SslServerAuthenticationOptions>? _tls;
    private readonly CancellationTokenSource _stop = new();
    private CancellationTokenSource? _pause;
    private Socket? _socket;
    private Task _accepting = Task.CompletedTask;

    internal BrokerTcpListener(InMemoryBroker broker, int port, BrokerTls? tls)
    {
        _broker = broker;
        _tls = tls is null ? null : new Lazy<SslServerAuthenticationOptions>(tls.ToOptions);
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
        bool isShort = false;
        while (true)
        {
            Socket accepted;
            try
            {
                if (isShort)
                {
                    await Task.Delay(s_shortagePause, _broker.Time, stop).ConfigureAwait(false);
                }

                accepted = await socket.AcceptAsync(stop).ConfigureAwait(false);
                isShort = false;
            }
            catch (Exception e) when (e is OperationCanceledException || stop.IsCancellationRequested)
            {
                return;
            }
            catch (SocketException e)
            {
                // Mostly the peer of one connection gave up before it was accepted, and the port is fine.
                bool wasShort = isShort;
                isShort = e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable;
                if (isShort && !wasShort)
                {
                    _broker.NotePort(Port, "no descriptors are left; connections wait");
                }

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
            new SocketConnection(_broker, accepted, _tls?.Value).Start();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer hung up at once, or the broker is being disposed.
            accepted.Dispose();
        }
        catch (Exception e)
        {
            // Whatever is wrong with one connection, the port goes on serving the others.
            accepted.Dispose();
            _broker.NotePort(Port, $"a connection could not be served: {e.Message}");
        }
    }
}
