using System.Net;
using System.Net.Sockets;

namespace Amqp.Compare.Sink;

/// <summary>
/// The null broker: one thread, non-blocking sockets, one poll for all of them. It does as little as it can, so that
/// the client
/// is what is measured, and it counts and checks everything, so that a client cannot claim what it did not do.
/// </summary>
internal sealed class SinkServer
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Dictionary<Socket, SinkConnection> _connections = [];
    private readonly SinkTotals _totals = new();

    /// <summary>Binds; port 0 picks a free one.</summary>
    public SinkServer(int port)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(128);
        _listener.Blocking = false;
    }

    /// <summary>The port in use.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Serves until the process ends.</summary>
    public void Run()
    {
        var readable = new List<Socket>();
        var writable = new List<Socket>();
        while (true)
        {
            readable.Clear();
            writable.Clear();
            readable.Add(_listener);
            foreach (var (socket, connection) in _connections)
            {
                readable.Add(socket);
                if (connection.WantsWrite)
                {
                    writable.Add(socket);
                }
            }

            Socket.Select(readable, writable, null, -1);
            foreach (var socket in writable)
            {
                Keep(socket, _connections[socket].OnWritable());
            }

            foreach (var socket in readable)
            {
                if (socket == _listener)
                {
                    Accept();
                }
                else if (_connections.TryGetValue(socket, out var connection))
                {
                    Keep(socket, connection.OnReadable());
                }
            }
        }
    }

    private void Accept()
    {
        var socket = _listener.Accept();
        socket.Blocking = false;
        socket.NoDelay = true;
        _connections.Add(socket, new SinkConnection(socket, TakeTotals, _totals));
    }

    private void Keep(Socket socket, bool alive)
    {
        if (!alive && _connections.Remove(socket))
        {
            socket.Dispose();
        }
    }

    // Answers with what was counted so far and starts again from nothing.
    private SinkTotals TakeTotals()
    {
        var taken = new SinkTotals();
        foreach (var property in typeof(SinkTotals).GetProperties())
        {
            property.SetValue(taken, property.GetValue(_totals));
            property.SetValue(_totals, property.PropertyType == typeof(long) ? 0L : new List<string>());
        }

        return taken;
    }
}
