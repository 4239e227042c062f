using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Amqp.Transport.Drive;

/// <summary>A socket with TLS on it for a thread that reads and any one that writes, neither of which ever awaits the
/// socket.</summary>
internal sealed class SecureSocket : OutputSink, IDisposable
{
    private readonly Lock _writing = new();
    private readonly Socket _socket;
    private readonly SocketSink _sink;
    private readonly CipherStream _cipher;
    private readonly SslStream _plain;

    /// <param name="socket">A connected socket on which nothing was ever awaited. It is made non-blocking, and goes
    /// with this one.</param>
    public SecureSocket(Socket socket)
    {
        socket.Blocking = false;
        _socket = socket;
        _sink = new SocketSink(socket);
        var input = new SocketInput(socket);
        _cipher = new CipherStream(input, _sink);
        _plain = new SslStream(_cipher, leaveInnerStreamOpen: false);
        Input = new PlainInput(_plain, input);
    }

    /// <summary>The decrypted side, to read by one thread.</summary>
    public ThreadInput Input { get; }

    /// <summary>Does the handshake on the current thread. Disposing of the socket ends it.</summary>
    public void Authenticate(SslClientAuthenticationOptions options)
    {
        try
        {
            _plain.AuthenticateAsClient(options);
        }
        catch
        {
            SendAlert();
            throw;
        }

        _ = _cipher.SendAsync().AsTask();
    }

    /// <summary>Encrypts on the calling thread, and sends all records at once.</summary>
    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool more)
    {
        if (!MemoryMarshal.TryGetArray(bytes, out ArraySegment<byte> block))
        {
            block = bytes.ToArray(); // blocks are arrays; anything else would be copied by the stream as well
        }

        lock (_writing)
        {
            _plain.Write(block.Array!, block.Offset, block.Count);
        }

        return _cipher.SendAsync();
    }

    /// <summary>Sends close_notify and ends the output of the socket. Reading must have ended.</summary>
    /// <inheritdoc/>
    public override async ValueTask CompleteAsync()
    {
        try
        {
            Task notify;
            lock (_writing)
            {
                notify = _plain.ShutdownAsync(); // only gathers, so it has ended
            }

            await notify.ConfigureAwait(false);
            await _cipher.SendAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException
            or InvalidOperationException)
        {
            // Nothing is left to end: the stream broke before.
        }

        await _sink.CompleteAsync().ConfigureAwait(false);
    }

    public override void Abort() => _socket.Dispose();

    public void Dispose()
    {
        _plain.Dispose();
        _socket.Dispose();
    }

    // Why we do not like the server, as far as TLS says so.
    private void SendAlert()
    {
        try
        {
            _ = _cipher.SendAsync().AsTask();
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It broke, which is then the reason that is reported.
        }
    }

    private sealed class PlainInput(SslStream plain, SocketInput input) : ThreadInput
    {
        public override int Receive(byte[] buffer, int offset, int count) => plain.Read(buffer, offset, count);

        // Not both directions: close_notify is still to be sent.
        public override void Interrupt() => input.Shutdown(SocketShutdown.Receive);
    }
}
