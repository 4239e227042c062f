using System.Buffers;

namespace Amqp.Transport.Drive;

/// <summary>The blocks of <see cref="SlabPool"/> for input. The owners are kept too, so that reading allocates
/// nothing.</summary>
internal sealed class SlabMemoryPool : MemoryPool<byte>
{
    private const int OwnersKept = 256;

    private readonly Lock _gate = new();
    private readonly Stack<SlabOwner> _owners = new();

    public static SlabMemoryPool Instance { get; } = new();

    public override int MaxBufferSize => SlabPool.SmallSize;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, MaxBufferSize);
        SlabOwner? owner;
        lock (_gate)
        {
            _owners.TryPop(out owner);
        }

        owner ??= new SlabOwner(this);
        owner.Open(SlabPool.Rent(SlabPool.SmallSize));
        return owner;
    }

    internal void Return(SlabOwner owner)
    {
        lock (_gate)
        {
            if (_owners.Count < OwnersKept)
            {
                _owners.Push(owner);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
    }
}
