using System.Buffers;

namespace Amqp.Transport.Drive;

/// <summary>Lends one block to a pipe reader.</summary>
internal sealed class SlabOwner(SlabMemoryPool pool) : IMemoryOwner<byte>
{
    private byte[]? _block;

    public Memory<byte> Memory => _block ?? throw new ObjectDisposedException(nameof(SlabOwner));

    public void Open(byte[] block) => _block = block;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _block, null) is { } block)
        {
            SlabPool.Return(block);
            pool.Return(this);
        }
    }
}
