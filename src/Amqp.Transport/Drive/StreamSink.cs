using System.Net.Security;
using System.Net.Sockets;
using Amqp.Transport.Select;

namespace Amqp.Transport.Drive;

/// <summary>Output straight to a stream, without a copy and without a buffer.</summary>
internal sealed class StreamSink(Stream stream) : OutputSink
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool more) =>
        stream.WriteAsync(bytes, CancellationToken.None);

    public override async ValueTask CompleteAsync()
    {
        try
        {
            switch (stream)
            {
                case NetworkStream network:
                    // Without this, closing with unread input resets the connection and may destroy what was just sent.
                    network.Socket.Shutdown(SocketShutdown.Send);
                    break;
                case LoopSocketStream loop:
                    loop.EndOutput();
                    break;
                case SslStream secure:
                    await secure.ShutdownAsync().ConfigureAwait(false);
                    break;
            }
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException
            or InvalidOperationException)
        {
            // Nothing is left to end: the stream broke before.
        }
    }

    public override void Abort()
    {
        // Disposing the stream, which the transport does, ends a pending write.
    }
}
