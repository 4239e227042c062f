using System.Net.Sockets;

namespace Amqp.Transport.Drive;

/// <summary>Input straight from a non-blocking socket.</summary>
/// <param name="socket">The socket, on which nothing is ever awaited.</param>
internal sealed class SocketInput(Socket socket) : ThreadInput
{
    private bool _wasFull;

    public override int Receive(byte[] buffer, int offset, int count) => Receive(buffer.AsSpan(offset, count));

    /// <inheritdoc cref="Receive(byte[], int, int)"/>
    public int Receive(Span<byte> buffer)
    {
        while (true)
        {
            // A read that filled its buffer has most likely left something behind.
            if (!_wasFull)
            {
                socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);
            }

            int count = socket.Receive(buffer, SocketFlags.None, out SocketError error);
            _wasFull = count == buffer.Length;
            if (error == SocketError.Success)
            {
                return count;
            }

            if (error != SocketError.WouldBlock)
            {
                throw new SocketException((int)error);
            }
        }
    }

    public override void Interrupt() => Shutdown(SocketShutdown.Both);

    /// <summary>Ends one or both directions of the socket, if it still has any.</summary>
    public void Shutdown(SocketShutdown how)
    {
        try
        {
            socket.Shutdown(how);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It broke before, and the read has ended with it.
        }
    }
}
