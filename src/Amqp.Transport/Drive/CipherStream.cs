using System.Net.Sockets;

namespace Amqp.Transport.Drive;

/// <summary>What TLS stands on when a thread reads: the encrypted side of an <c>SslStream</c>, over a socket that is
/// never awaited. Reads block. Writes only gather, so that encrypting never waits for the peer, and leave with
/// <see cref="SendAsync"/>: one send for all records of a block.</summary>
/// <remarks>Two threads write: the one that sends and, where TLS itself has to answer something, the one that reads.
/// Only one of them flushes at a time; what the other one adds meanwhile goes with it.</remarks>
internal sealed class CipherStream(SocketInput input, SocketSink sink) : Stream
{
    private readonly Lock _gate = new();
    private byte[] _gathered = [];
    private int _count;
    private byte[] _leaving = [];
    private bool _isFlushing;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        // The handshake, and what TLS answers by itself later on. When the socket has no room for it another thread
        // waits for that: reading goes on.
        _ = SendAsync().AsTask();
        return input.Receive(buffer);
    }

    // Would be read on the pool by default. Nothing here is ever to be awaited.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        lock (_gate)
        {
            if (_gathered.Length - _count < buffer.Length)
            {
                Grow(_count + buffer.Length);
            }

            buffer.CopyTo(_gathered.AsSpan(_count));
            _count += buffer.Length;
        }
    }

    // The close of TLS exists only in this form.
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    public override void Flush()
    {
        // SslStream flushes after each record; what leaves when is the sender's to say.
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Sends all that was gathered, unless somebody is at it already.</summary>
    /// <returns>A task that ends when the socket has taken it.</returns>
    public ValueTask SendAsync()
    {
        while (TryTake(out ReadOnlyMemory<byte> bytes))
        {
            ValueTask write;
            try
            {
                write = sink.WriteAsync(bytes, more: false);
            }
            catch
            {
                GiveBack();
                throw;
            }

            if (!write.IsCompletedSuccessfully)
            {
                return FinishAsync(write);
            }

            write.GetAwaiter().GetResult();
            GiveBack();
        }

        return default;
    }

    private async ValueTask FinishAsync(ValueTask write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        finally
        {
            GiveBack();
        }

        await SendAsync().ConfigureAwait(false);
    }

    private bool TryTake(out ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            bytes = default;
            if (_isFlushing || _count == 0)
            {
                return false;
            }

            _isFlushing = true;
            bytes = _gathered.AsMemory(0, _count);
            (_leaving, _gathered, _count) = (_gathered, [], 0);
            return true;
        }
    }

    private void GiveBack()
    {
        lock (_gate)
        {
            SlabPool.Return(_leaving);
            _leaving = [];
            _isFlushing = false;
        }
    }

    private void Grow(int least)
    {
        byte[] larger = SlabPool.Rent(least);
        _gathered.AsSpan(0, _count).CopyTo(larger);
        if (_gathered.Length > 0)
        {
            SlabPool.Return(_gathered);
        }

        _gathered = larger;
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            if (_gathered.Length > 0)
            {
                SlabPool.Return(_gathered);
            }

            (_gathered, _count) = ([], 0);
        }

        base.Dispose(disposing);
    }
}
