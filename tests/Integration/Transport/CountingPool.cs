using System.Buffers;

namespace Amqp.Integration.Transport;

/// <summary>Memory that knows how much of it is out. Each block is new, and spoilt when it goes back: nobody else can
/// have it, and whoever still reads it reads rubbish.</summary>
internal sealed class CountingPool : MemoryPool<byte>
{
    private int _outstanding;

    public int Outstanding => Volatile.Read(ref _outstanding);

    public override int MaxBufferSize => Array.MaxLength;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        Interlocked.Increment(ref _outstanding);
        return new Block(this, new byte[Math.Max(minBufferSize, 4096)]);
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(CountingPool pool, byte[] bytes) : IMemoryOwner<byte>
    {
        private int _isReturned;

        public Memory<byte> Memory => bytes;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReturned, 1) == 0)
            {
                bytes.AsSpan().Fill(0xDD);
                Interlocked.Decrement(ref pool._outstanding);
            }
        }
    }
}
