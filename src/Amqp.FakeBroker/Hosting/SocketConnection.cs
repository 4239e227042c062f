using System.Buffers;
using System.Net.Sockets;

namespace Amqp.FakeBroker.Hosting;

/// <summary>
/// A connection over TCP. Reads into one buffer that grows to the largest frame, so that frames lie in one piece.
/// </summary>
internal sealed class SocketConnection(InMemoryBroker broker, Socket socket) : HostedConnection(broker)
{
    private const int InitialBuffer = 64 * 1024;

    /// <summary>
    /// How long the peer may take to hang up after the broker did. Closing earlier could destroy what it has not
    /// read.
    /// </summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time = broker.Time;
    private byte[] _buffer = new byte[InitialBuffer];
    private int _filled;
    private ITimer? _linger;

    protected override async Task ReadAsync()
    {
        while (true)
        {
            Memory<byte> room = _buffer.AsMemory(_filled);
            int read = await socket.ReceiveAsync(room, SocketFlags.None, Aborted).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            _filled += read;
            while (Process() is { } resumed)
            {
                await resumed.WaitAsync(Aborted).ConfigureAwait(false);
            }
        }
    }

    protected override async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        while (octets.Length > 0)
        {
            int sent = await socket.SendAsync(octets, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            octets = octets[sent..];
        }
    }

    protected override void EndWriting()
    {
        if (_linger is not null)
        {
            return;
        }

        _linger = _time.CreateTimer(
            static state => ((SocketConnection)state!).Abort(),
            this,
            s_linger,
            Timeout.InfiniteTimeSpan);
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Abort();
        }
    }

    protected override void Release()
    {
        _linger?.Dispose();
        socket.Dispose();
    }

    private Task? Process()
    {
        ReadOnlySequence<byte> input = new(_buffer, 0, _filled);
        SequencePosition consumed = Receive(input, out Task? resumed);
        int used = (int)input.Slice(0, consumed).Length;
        _filled -= used;
        if (_filled > 0 && used > 0)
        {
            Buffer.BlockCopy(_buffer, used, _buffer, 0, _filled);
        }

        if (_filled == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        return resumed;
    }
}
