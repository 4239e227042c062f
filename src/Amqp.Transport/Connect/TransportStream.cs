using System.IO.Pipelines;
using System.Net.Sockets;
using Amqp.Transport.Drive;
using Amqp.Transport.Record;

namespace Amqp.Transport;

/// <summary>A byte stream in both directions, as a connector hands it over. Used by one connection, then
/// disposed.</summary>
public sealed class TransportStream : IAsyncDisposable
{
    private readonly object _owned;
    private readonly PipeReader? _input;

    private TransportStream(PipeReader? input, OutputSink output, object owned, ThreadInput? threadInput = null)
    {
        ThreadInput = threadInput;
        _input = input;
        Output = output;
        _owned = owned;
    }

    internal PipeReader Input => _input ?? throw new InvalidOperationException("A socket is read without a pipe.");

    /// <summary>What a thread of its own reads, when there is such a thing.</summary>
    internal ThreadInput? ThreadInput { get; }

    /// <summary>The loop that carries out its reads and writes, when it is one's.</summary>
    internal IoLoop? Loop { get; private init; }

    internal OutputSink Output { get; }

    /// <summary>Uses a stream. Output goes to it straight from the connection's own slabs; input is read in blocks of
    /// 64 KiB.</summary>
    /// <param name="stream">A duplex stream whose reads and writes may overlap.</param>
    /// <returns>The transport, which owns the stream.</returns>
    public static TransportStream FromStream(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var options = new StreamPipeReaderOptions(
            pool: SlabMemoryPool.Instance,
            bufferSize: SlabPool.SmallSize,
            minimumReadSize: SlabPool.SmallSize / 4,
            leaveOpen: true,
            useZeroByteReads: false);
        return new TransportStream(PipeReader.Create(stream, options), new StreamSink(stream), stream);
    }

    /// <summary>Uses a stream whose reads and writes a loop carries out.</summary>
    internal static TransportStream FromLoop(Stream stream, IoLoop loop)
    {
        TransportStream made = FromStream(stream);
        return new TransportStream(made._input, made.Output, made._owned) { Loop = loop };
    }

    /// <summary>Uses a socket with a thread of its own, see <see cref="IoMode.Threaded"/>.</summary>
    /// <param name="socket">A connected stream socket on which nothing was ever awaited: it would be watched by the
    /// runtime's event loop for good, which costs more than the thread saves. It is made non-blocking.</param>
    /// <returns>The transport, which owns the socket.</returns>
    public static TransportStream FromSocket(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        socket.Blocking = false;
        return new TransportStream(null, new SocketSink(socket), socket, new SocketInput(socket));
    }

    /// <summary>Uses a socket with TLS, after its handshake, and a thread of its own.</summary>
    internal static TransportStream FromSecureSocket(SecureSocket socket) => new(null, socket, socket, socket.Input);

    /// <summary>Uses a pipe. Output is copied into its writer, with one flush for each batch.</summary>
    /// <param name="pipe">The pipe.</param>
    /// <returns>The transport, which owns the pipe.</returns>
    public static TransportStream FromPipe(IDuplexPipe pipe)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        return new TransportStream(pipe.Input, new PipeSink(pipe.Output), pipe);
    }

    /// <summary>The same stream, recorded.</summary>
    internal TransportStream Tapped(SessionRecorder recorder) => new(
        _input is null ? null : new TapReader(_input, recorder),
        new TapSink(Output, recorder),
        new TappedStream(this, recorder),
        ThreadInput is null ? null : new TapInput(ThreadInput, recorder));

    /// <summary>Drops the stream at once; pending reads and writes fail.</summary>
    public void Abort()
    {
        Output.Abort();
        _input?.CancelPendingRead();
        switch (_owned)
        {
            case Stream or Socket:
                ((IDisposable)_owned).Dispose();
                break;
            case TappedStream { Stream: { } tapped }:
                tapped.Abort();
                break;
        }
    }

    /// <summary>Ends both directions.</summary>
    /// <returns>A task that ends when the stream is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Output.CompleteAsync().ConfigureAwait(false);
        }
        finally
        {
            await DisposeInputAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask DisposeInputAsync()
    {
        try
        {
            if (_input is not null)
            {
                await _input.CompleteAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            switch (_owned)
            {
                case IAsyncDisposable disposable:
                    await disposable.DisposeAsync().ConfigureAwait(false);
                    break;
                case IDisposable disposable:
                    disposable.Dispose();
                    break;
            }
        }
    }
}
