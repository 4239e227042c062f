namespace Amqp.Integration.Support;

/// <summary>Passes a stream on and notes what types of TLS records are read from it.</summary>
internal sealed class TlsRecorder(Stream inner) : Stream
{
    private const int HeaderSize = 5;

    private readonly List<byte> _types = [];
    private readonly byte[] _header = new byte[HeaderSize];
    private int _inHeader;
    private int _payloadLeft;

    /// <summary>The first octet of each record so far.</summary>
    public IReadOnlyList<byte> Types
    {
        get
        {
            lock (_types)
            {
                return [.. _types];
            }
        }
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

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        lock (_types)
        {
            Note(buffer.Span[..count]);
        }

        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        inner.Dispose();
        base.Dispose(disposing);
    }

    // type (1) version (2) length (2) payload
    private void Note(ReadOnlySpan<byte> bytes)
    {
        foreach (var each in bytes)
        {
            if (_payloadLeft > 0)
            {
                _payloadLeft--;
                continue;
            }

            _header[_inHeader++] = each;
            if (_inHeader == HeaderSize)
            {
                _types.Add(_header[0]);
                _payloadLeft = (_header[3] << 8) | _header[4];
                _inHeader = 0;
            }
        }
    }
}
