using System.Net;
using System.Net.Sockets;

namespace Amqp.Transport.Select;

/// <summary>Waits by <see cref="Socket.Select(System.Collections.IList, System.Collections.IList,
/// System.Collections.IList, TimeSpan)"/>, which is <c>poll</c> on Unix and so has no limit on the number of sockets.
/// A datagram socket that is connected to itself wakes it.</summary>
internal sealed class SelectPoller : IoPoller
{
    private static readonly byte[] Signal = [1];

    private readonly Socket _wake = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly List<Socket> _read = [];
    private readonly List<Socket> _write = [];
    private readonly List<Socket> _error = [];
    private int _isSignalled;

    public SelectPoller()
    {
        _wake.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wake.Connect(_wake.LocalEndPoint!);
        _wake.Blocking = false;
    }

    public override void Poll(
        IReadOnlyDictionary<Socket, IoEvents> watched, TimeSpan limit, List<(Socket Socket, IoEvents Events)> ready)
    {
        _read.Clear();
        _write.Clear();
        _error.Clear();
        _read.Add(_wake);
        foreach ((Socket socket, IoEvents events) in watched)
        {
            Add(_read, socket, events, IoEvents.Read);
            Add(_write, socket, events, IoEvents.Write);
            Add(_error, socket, events, IoEvents.Error);
        }

        Socket.Select(_read, _write, _error, Round(limit));
        if (_read.Remove(_wake))
        {
            Drain();
        }

        foreach (Socket socket in watched.Keys)
        {
            IoEvents events = (_read.Contains(socket) ? IoEvents.Read : IoEvents.None)
                | (_write.Contains(socket) ? IoEvents.Write : IoEvents.None)
                | (_error.Contains(socket) ? IoEvents.Error : IoEvents.None);
            if (events != IoEvents.None)
            {
                ready.Add((socket, events));
            }
        }
    }

    public override void Wake()
    {
        if (Interlocked.Exchange(ref _isSignalled, 1) == 0)
        {
            _wake.Send(Signal, SocketFlags.None, out _);
        }
    }

    protected override void Dispose(bool disposing) => _wake.Dispose();

    private static void Add(List<Socket> list, Socket socket, IoEvents events, IoEvents wanted)
    {
        if ((events & wanted) != 0)
        {
            list.Add(socket);
        }
    }

    // Up to whole milliseconds, since a poll counts no less: a wait that ends early would only be followed by another.
    private static TimeSpan Round(TimeSpan limit) =>
        limit <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(limit.TotalMilliseconds));

    private void Drain()
    {
        // First the bytes, then the mark: a signal in between is sent again rather than lost.
        Span<byte> bytes = stackalloc byte[16];
        do
        {
            _wake.Receive(bytes, SocketFlags.None, out SocketError error);
            if (error != SocketError.Success)
            {
                break;
            }
        }
        while (true);
        Volatile.Write(ref _isSignalled, 0);
    }
}
