using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Amqp.Transport.Select;

/// <summary>A non-blocking socket as a stream whose reads and writes a loop carries out. What awaits one of them goes
/// on in the loop, which is what lets <c>SslStream</c> run there: it knows nothing of readiness.</summary>
internal sealed class LoopSocketStream : Stream
{
    private readonly IoLoop _loop;
    private readonly Socket _socket;
    private readonly Operation _read = new();
    private readonly Queue<(ReadOnlyMemory<byte> Bytes, TaskCompletionSource Done)> _writes = new();
    private Memory<byte> _into;
    private CancellationTokenRegistration _reading;
    private int _written;
    private bool _isWatched;
    private bool _isClosed;

    public LoopSocketStream(IoLoop loop, Socket socket)
    {
        _loop = loop;
        _socket = socket;
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    // Each read waits for its turn in the loop, so that a connection with much to read does not keep out the others.
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask<int> result = _read.Begin();
        _loop.Run(() =>
        {
            _into = buffer;
            _reading = cancellationToken.UnsafeRegister(
                static (stream, token) => ((LoopSocketStream)stream!).CancelRead(token), this);
            Watch();
        });
        return result;
    }

    // Several may wait: TLS answers some things by itself, while something else is being sent.
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var done = new TaskCompletionSource();
        _loop.Run(() =>
        {
            _writes.Enqueue((buffer, done));
            TryWrite();
        });
        return new ValueTask(done.Task);
    }

    /// <summary>Tells the peer that nothing more comes. Without this, closing with unread input resets the connection
    /// and may destroy what was just sent.</summary>
    public void EndOutput() => _loop.Run(() =>
    {
        if (!_isClosed)
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
    });

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _loop.Run(() =>
        {
            if (!_isClosed)
            {
                _isClosed = true;
                _loop.RemoveHandler(_socket);
                _socket.Dispose();
                FailAll(new ObjectDisposedException(nameof(LoopSocketStream)));
            }
        });
        base.Dispose(disposing);
    }

    private void OnReady(IoEvents events)
    {
        if ((events & IoEvents.Write) != 0)
        {
            TryWrite();
        }

        if ((events & IoEvents.Read) != 0 && _read.IsPending && !_isClosed)
        {
            TryRead();
        }
    }

    private void TryRead()
    {
        int count = _socket.Receive(_into.Span, SocketFlags.None, out SocketError error);
        if (error == SocketError.WouldBlock)
        {
            return;
        }

        EndRead();
        if (error == SocketError.Success)
        {
            _read.Complete(count);
        }
        else
        {
            _read.Fail(new SocketException((int)error));
        }

        Watch();
    }

    private void CancelRead(CancellationToken cancellationToken) => _loop.Run(() =>
    {
        if (_read.IsPending)
        {
            EndRead();
            _read.Fail(new OperationCanceledException(cancellationToken));
            Watch();
        }
    });

    private void EndRead()
    {
        _reading.Unregister();
        _reading = default;
        _into = default;
    }

    private void TryWrite()
    {
        while (!_isClosed && _writes.TryPeek(out (ReadOnlyMemory<byte> Bytes, TaskCompletionSource Done) next))
        {
            int count = _socket.Send(next.Bytes.Span[_written..], SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock)
            {
                break;
            }

            if (error != SocketError.Success)
            {
                FailAll(new SocketException((int)error), reads: false);
                break;
            }

            _written += count;
            if (_written == next.Bytes.Length)
            {
                _written = 0;
                _writes.Dequeue();
                next.Done.SetResult();
            }
        }

        Watch();
    }

    private void FailAll(Exception error, bool reads = true)
    {
        while (_writes.TryDequeue(out (ReadOnlyMemory<byte> Bytes, TaskCompletionSource Done) write))
        {
            write.Done.SetException(error);
        }

        if (reads)
        {
            EndRead();
            _read.Fail(error);
        }
    }

    // The loop watches for what is pending.
    private void Watch()
    {
        if (_isClosed)
        {
            FailAll(new ObjectDisposedException(nameof(LoopSocketStream)));
            return;
        }

        IoEvents events = (_read.IsPending ? IoEvents.Read : IoEvents.None)
            | (_writes.Count > 0 ? IoEvents.Write : IoEvents.None);
        if (!_isWatched)
        {
            _isWatched = true;
            _loop.AddHandler(_socket, events, OnReady);
        }
        else
        {
            _loop.UpdateHandler(_socket, events);
        }
    }

    // One read at a time. Its awaiter goes on where it is completed.
    private sealed class Operation : IValueTaskSource<int>
    {
        private ManualResetValueTaskSourceCore<int> _core;
        private int _isPending;

        public bool IsPending => Volatile.Read(ref _isPending) != 0;

        public ValueTask<int> Begin()
        {
            _core.Reset();
            if (Interlocked.Exchange(ref _isPending, 1) != 0)
            {
                throw new NotSupportedException("One read at a time.");
            }

            return new ValueTask<int>(this, _core.Version);
        }

        public void Complete(int result)
        {
            if (Interlocked.Exchange(ref _isPending, 0) != 0)
            {
                _core.SetResult(result);
            }
        }

        public void Fail(Exception error)
        {
            if (Interlocked.Exchange(ref _isPending, 0) != 0)
            {
                _core.SetException(error);
            }
        }

        public int GetResult(short token) => _core.GetResult(token);

        public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

        public void OnCompleted(
            Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _core.OnCompleted(
                continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
    }
}
