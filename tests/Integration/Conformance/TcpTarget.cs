using System.Net.Sockets;
using Amqp.Property.Conformance;

namespace Amqp.Integration.Conformance;

/// <summary>A broker behind a socket, in real time: a real RabbitMQ, or the fake as others reach it.</summary>
internal sealed class TcpTarget(string host, int port, TimeSpan idle) : IConformanceTarget
{
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public TimeSpan Now => TimeProvider.System.GetElapsedTime(_start);

    public DateTimeOffset UtcNow => TimeProvider.System.GetUtcNow();

    public TimeSpan Idle { get; } = idle;

    public bool HasControl => false;

    public IConformanceStream Connect() => new Stream(host, port);

    public void Wait(IReadOnlyCollection<IConformanceStream> streams, TimeSpan limit)
    {
        // The clock goes on between the caller's sum and here.
        limit = limit < TimeSpan.Zero ? TimeSpan.Zero : limit;
        var sockets = streams.Cast<Stream>().Select(each => each.Socket).ToList();
        if (sockets.Count > 0)
        {
            Socket.Select(sockets, null, null, limit);
            return;
        }

        // Every stream has ended: what is left is to let the time pass, on a socket that nothing comes to.
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        silent.Poll(limit, SelectMode.SelectRead);
    }

    public void Control(IReadOnlyList<string> arguments) =>
        throw new NotSupportedException("a broker behind a socket is not controlled");

    public void Dispose()
    {
        // Every stream is its player's to close.
    }

    private sealed class Stream : IConformanceStream
    {
        private readonly byte[] _buffer = new byte[256 * 1024];
        private bool _isEndTold;

        public Stream(string host, int port)
        {
            Socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            Socket.Connect(host, port);
        }

        public Socket Socket { get; }

        public void Write(byte[] octets)
        {
            try
            {
                Socket.Send(octets);
            }
            catch (SocketException)
            {
                // The broker has closed the stream: reading tells.
            }
        }

        public bool TryRead(out byte[] octets)
        {
            octets = [];
            try
            {
                if (_isEndTold || !Socket.Poll(TimeSpan.Zero, SelectMode.SelectRead))
                {
                    return false;
                }

                octets = _buffer[..Socket.Receive(_buffer)];
            }
            catch (SocketException)
            {
                octets = [];
            }

            _isEndTold = octets.Length == 0;
            return true;
        }

        public void Close() => Socket.Dispose();
    }
}
