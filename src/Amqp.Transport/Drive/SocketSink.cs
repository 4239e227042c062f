using System.Net.Sockets;

namespace Amqp.Transport.Drive;

/// <summary>Output straight to a non-blocking socket. When its buffer is full a thread of its own waits for room and
/// goes on sending, since the socket must never wait asynchronously.</summary>
internal sealed class SocketSink(Socket socket) : OutputSink
{
    private ReadOnlyMemory<byte> _rest;
    private TaskCompletionSource? _done;
    private int _writerThread;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, bool more)
    {
        bytes = bytes[Send(bytes.Span)..];
        if (bytes.IsEmpty)
        {
            return default;
        }

        if (Volatile.Read(ref _writerThread) == Environment.CurrentManagedThreadId)
        {
            SendAll(bytes);
            return default;
        }

        // Without RunContinuationsAsynchronously: the loop that sends goes on on the thread that waited.
        _rest = bytes;
        _done = new TaskCompletionSource();
        Task done = _done.Task;
        OwnThread.Run(SendRest);
        return new ValueTask(done);
    }

    public override ValueTask CompleteAsync()
    {
        try
        {
            // Without this, closing with unread input resets the connection and may destroy what was just sent.
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Nothing is left to end: the socket broke before.
        }

        return default;
    }

    public override void Abort()
    {
        // Disposing the socket, which the transport does, ends a pending write.
    }

    private void SendRest()
    {
        TaskCompletionSource done = _done!;
        Volatile.Write(ref _writerThread, Environment.CurrentManagedThreadId);
        try
        {
            SendAll(_rest);
            done.SetResult();
        }
        catch (Exception error)
        {
            done.SetException(error);
        }
        finally
        {
            // Only if nobody took over meanwhile: the next one that meets a full buffer names its own thread.
            Interlocked.CompareExchange(ref _writerThread, 0, Environment.CurrentManagedThreadId);
        }
    }

    private void SendAll(ReadOnlyMemory<byte> bytes)
    {
        while (true)
        {
            bytes = bytes[Send(bytes.Span)..];
            if (bytes.IsEmpty)
            {
                return;
            }

            socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectWrite);
        }
    }

    // How many bytes the socket took; fewer than given when its buffer is full.
    private int Send(ReadOnlySpan<byte> bytes)
    {
        int sent = 0;
        while (sent < bytes.Length)
        {
            int count = socket.Send(bytes[sent..], SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                break;
            }

            if (error != SocketError.Success)
            {
                throw new SocketException((int)error);
            }

            sent += count;
        }

        return sent;
    }
}
