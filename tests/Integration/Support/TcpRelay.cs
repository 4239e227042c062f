using System.Net;
using System.Net.Sockets;

namespace Amqp.Integration.Support;

/// <summary>
/// A TCP relay on the loopback address which a test can cut: at once, or when a given number of octets has
/// come from the client or from the broker. The octets up to that number are still passed on.
/// </summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _work = [];
    private readonly string _host;
    private readonly int _port;
    private readonly RelayCut _cut;
    private readonly SemaphoreSlim _passed = new(0);
    private readonly Task _accepting;
    private long _fromClient;
    private long _fromBroker;
    private volatile bool _silent;

    public TcpRelay(string host, int port, RelayCut? cut = null)
    {
        _host = host;
        _port = port;
        _cut = cut ?? RelayCut.None;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port to connect to, on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many octets have been passed on to the broker.</summary>
    public long FromClient => Interlocked.Read(ref _fromClient);

    /// <summary>How many octets have been passed on to the client.</summary>
    public long FromBroker => Interlocked.Read(ref _fromBroker);

    /// <summary>Completes when this many octets have been passed on to the client.</summary>
    public async Task PassedAsync(long fromBroker)
    {
        while (FromBroker < fromBroker)
        {
            await _passed.WaitAsync(_stop.Token);
        }
    }

    /// <summary>From now on passes nothing on, and closes nothing: what a broken network does.</summary>
    public void Silence() => _silent = true;

    /// <summary>Ends every connection that is there now.</summary>
    public void Cut(bool reset = true)
    {
        Socket[] sockets;
        lock (_sockets)
        {
            sockets = [.. _sockets];
            _sockets.Clear();
        }

        foreach (var socket in sockets)
        {
            End(socket, reset);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting.Within();
        _listener.Stop();
        Cut();
        Task[] work;
        lock (_sockets)
        {
            work = [.. _work];
        }

        await Task.WhenAll(work).Within();
        _passed.Dispose();
        _stop.Dispose();
    }

    private static void End(Socket socket, bool reset)
    {
        try
        {
            if (reset)
            {
                // Linger 0 makes close send a reset instead of a FIN.
                socket.LingerState = new LingerOption(true, 0);
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }

        socket.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                lock (_sockets)
                {
                    _sockets.Add(client);
                    _work.Add(ServeAsync(client));
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The relay is being disposed of.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        // Gives the accept loop its lock back before anything else is done.
        await Task.Yield();
        var broker = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        lock (_sockets)
        {
            _sockets.Add(broker);
        }

        try
        {
            await broker.ConnectAsync(_host, _port, _stop.Token);
            await Task.WhenAll(
                PumpAsync(client, broker, fromClient: true),
                PumpAsync(broker, client, fromClient: false));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One end is gone: so is the other, below.
        }
        finally
        {
            client.Dispose();
            broker.Dispose();
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool fromClient)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            int count;
            while ((count = await from.ReceiveAsync(buffer, _stop.Token)) > 0)
            {
                if (_silent)
                {
                    continue;
                }

                var passed = fromClient ? FromClient : FromBroker;
                var room = (fromClient ? _cut.AfterFromClient : _cut.AfterFromBroker) - passed;
                var part = (int)Math.Clamp(room, 0, count);
                for (var sent = 0; sent < part;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, part - sent), _stop.Token);
                }

                Interlocked.Add(ref fromClient ? ref _fromClient : ref _fromBroker, part);
                _passed.Release();
                if (part == room)
                {
                    Cut(_cut.Reset);
                    return;
                }
            }

            // A broken network tells neither end that the other has gone.
            if (!_silent)
            {
                to.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            from.Dispose();
            if (!_silent)
            {
                to.Dispose();
            }
        }
    }
}
