using System.Buffers;

namespace Amqp.Integration.Transport;

/// <summary>Memory that knows how much of it is out.</summary>
internal sealed class CountingPool : MemoryPool<byte>
{
    private int _outstanding;

    public int Outstanding => Volatile.Read(ref _outstanding);

    public override int MaxBufferSize => Shared.MaxBufferSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        Interlocked.Increment(ref _outstanding);
        return new Block(this, Shared.Rent(minBufferSize));
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(CountingPool pool, IMemoryOwner<byte> inner) : IMemoryOwner<byte>
    {
        private int _isReturned;

        public Memory<byte> Memory => inner.Memory;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReturned, 1) == 0)
            {
                inner.Dispose();
                Interlocked.Decrement(ref pool._outstanding);
            }
        }
    }
}
