using System.Buffers;

namespace Amqp.Benchmarks;

/// <summary>An output that starts again from its beginning when asked: the transport's slab without the
/// transport.</summary>
internal sealed class ReusableBuffer(int size = 256 * 1024) : IBufferWriter<byte>
{
    private readonly byte[] _bytes = new byte[size];

    /// <summary>Bytes written since the last <see cref="Clear"/>.</summary>
    public int Written { get; private set; }

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Written);

    /// <summary>What was written, as memory.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes.AsMemory(0, Written);

    /// <summary>Forgets everything.</summary>
    public void Clear() => Written = 0;

    /// <inheritdoc/>
    public void Advance(int count) => Written += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0) => _bytes.AsMemory(Written);

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => _bytes.AsSpan(Written);
}
