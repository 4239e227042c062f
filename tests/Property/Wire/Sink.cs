using System.Buffers;

namespace Amqp.Property.Wire;

/// <summary>An output that forgets what is written and allocates nothing.</summary>
internal sealed class Sink : IBufferWriter<byte>
{
    private readonly byte[] _buffer = new byte[256 * 1024];

    /// <summary>How many bytes were written.</summary>
    public long Written { get; private set; }

    /// <inheritdoc/>
    public void Advance(int count) => Written += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => _buffer;
}
