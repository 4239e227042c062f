using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;

namespace Amqp.FakeBroker.Hosting;

/// <summary>
/// A connection over TCP, with or without TLS. Reads into one buffer that grows to the largest frame, so that frames
/// lie in one piece.
/// </summary>
internal sealed class SocketConnection : HostedConnection
{
    /// <summary>Small, because most connections of a thousand are idle.</summary>
    private const int InitialBuffer = 4 * 1024;

    /// <summary>Reads that fill their buffer double it up to here; frames may make it larger.</summary>
    private const int BulkBuffer = 64 * 1024;

    /// <summary>
    /// How long the peer may take to hang up after the broker did. Closing earlier could destroy what it has not
    /// read.
    /// </summary>
    private static readonly TimeSpan s_linger = TimeSpan.FromSeconds(2);

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private readonly SslStream? _tls;
    private readonly SslServerAuthenticationOptions? _tlsOptions;
    private byte[] _buffer = new byte[InitialBuffer];
    private int _filled;
    private ITimer? _linger;

    public SocketConnection(InMemoryBroker broker, Socket socket, SslServerAuthenticationOptions? tls)
        : base(broker, StreamEnds.Of(socket, tls is not null))
    {
        _socket = socket;
        _time = broker.Time;
        _tlsOptions = tls;
        _tls = tls is null ? null : new SslStream(new NetworkStream(socket, ownsSocket: false));
    }

    protected override async Task ReadAsync()
    {
        if (_tls is not null)
        {
            await _tls.AuthenticateAsServerAsync(_tlsOptions!, Aborted).ConfigureAwait(false);
        }

        while (true)
        {
            Memory<byte> room = _buffer.AsMemory(_filled);
            int read = _tls is null
                ? await _socket.ReceiveAsync(room, SocketFlags.None, Aborted).ConfigureAwait(false)
                : await _tls.ReadAsync(room, Aborted).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            _filled += read;
            while (Process() is { } resumed)
            {
                await resumed.WaitAsync(Aborted).ConfigureAwait(false);
            }

            if (read == room.Length && _buffer.Length < BulkBuffer)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
        }
    }

    protected override async ValueTask WriteAsync(ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        if (_tls is not null)
        {
            await _tls.WriteAsync(octets, cancellationToken).ConfigureAwait(false);
            return;
        }

        while (octets.Length > 0)
        {
            int sent = await _socket.SendAsync(octets, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            octets = octets[sent..];
        }
    }

    protected override async ValueTask EndWritingAsync()
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
            if (_tls is { IsAuthenticated: true })
            {
                await _tls.ShutdownAsync().ConfigureAwait(false);
            }

            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (InMemoryBroker.IsStreamFailure(e))
        {
            Abort();
        }
    }

    protected override void Release(bool isReset)
    {
        _linger?.Dispose();
        if (isReset)
        {
            // Linger 0 makes close send a reset instead of a FIN.
            _socket.LingerState = new LingerOption(true, 0);
        }

        _tls?.Dispose();
        _socket.Dispose();
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
