using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amqp.FakeBroker.Hosting;

namespace Amqp.FakeBroker;

/// <summary>
/// A TCP port of an <see cref="InMemoryBroker"/>. Disposing it closes the port; connections made through it stay.
/// </summary>
public sealed class BrokerTcpListener : IAsyncDisposable
{
    private readonly InMemoryBroker _broker;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    internal BrokerTcpListener(InMemoryBroker broker, Socket socket)
    {
        _broker = broker;
        _socket = socket;
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        string login = broker.Options.Users.Length > 0
            ? $"{System.Uri.EscapeDataString(broker.Options.Users[0].Name)}:"
                + $"{System.Uri.EscapeDataString(broker.Options.Users[0].Password ?? "")}@"
            : "";
        Uri = string.Create(CultureInfo.InvariantCulture, $"amqp://{login}127.0.0.1:{Port}");
        _accepting = AcceptAsync();
    }

    /// <summary>The port listened on, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>
    /// Where and as whom to connect: amqp://guest:guest@127.0.0.1:PORT, with the broker's first user.
    /// </summary>
    public string Uri { get; }

    /// <summary>Closes the port and waits for the accept loop to end. Harmless when repeated.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _accepting.ConfigureAwait(false);
        _socket.Dispose();
        _broker.Detach(this);
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
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
            new SocketConnection(_broker, accepted).Start();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The peer hung up at once, or the broker is being disposed.
            accepted.Dispose();
        }
    }
}
