using System.Numerics;

namespace Amqp.Transport.Consume;

/// <summary>The memory of a connection's lent bodies. Short bodies share a block, so that lending one costs a count
/// and no search; long ones get a block of their own.</summary>
/// <remarks><see cref="Rent"/> needs the connection's gate; <see cref="Return"/> may be called from any thread. A
/// pool of arrays would do less: it forgets what is rented on one thread and returned on another.</remarks>
internal sealed class BodyPool
{
    private const int SmallestBlock = 16 * 1024;
    private const int LargestBlock = 256 * 1024;
    private const int LongestShared = SmallestBlock / 4;
    private const int MostKept = 32 * 1024 * 1024;

    private static long _outstanding;

    private readonly Lock _gate = new();
    private readonly Stack<BodySlab>[] _free = [[], [], [], [], []];
    private long _kept;
    private BodySlab? _current;

    /// <summary>How many blocks are out at the moment, in the whole process.</summary>
    public static long Outstanding => Interlocked.Read(ref _outstanding);

    /// <summary>Lends room for a body.</summary>
    public BodySlab Rent(int length, out int offset)
    {
        if (length > LongestShared)
        {
            offset = 0;
            return Take(length);
        }

        if (_current is { } current && !current.IsLent)
        {
            current.Used = 0; // all that lay in it was given back, and it is in the processor's cache
        }
        else if (_current is null || _current.Free < length)
        {
            Close();
            _current = Take(SmallestBlock);
        }

        BodySlab slab = _current;
        slab.Hold();
        offset = slab.Used;
        slab.Used = Math.Min(slab.Array.Length, (offset + length + 7) & ~7);
        return slab;
    }

    /// <summary>Takes a body back. Thread-safe.</summary>
    public void Return(BodySlab slab)
    {
        if (!slab.Release())
        {
            return;
        }

        Interlocked.Decrement(ref _outstanding);
        if (slab.Array.Length > LargestBlock)
        {
            return;
        }

        lock (_gate)
        {
            if (_kept + slab.Array.Length <= MostKept)
            {
                _kept += slab.Array.Length;
                _free[Class(slab.Array.Length)].Push(slab);
            }
        }
    }

    /// <summary>Lets go of the block that is being filled. The connection's gate is held.</summary>
    public void Close()
    {
        if (_current is { } current)
        {
            _current = null;
            Return(current);
        }
    }

    private BodySlab Take(int length)
    {
        Interlocked.Increment(ref _outstanding);
        BodySlab? slab = null;
        if (length <= LargestBlock)
        {
            int number = Class(length);
            lock (_gate)
            {
                if (_free[number].TryPop(out slab))
                {
                    _kept -= slab.Array.Length;
                }
            }

            length = SmallestBlock << number;
        }

        slab ??= new BodySlab(GC.AllocateUninitializedArray<byte>(length));
        slab.Used = 0;
        slab.Hold();
        return slab;
    }

    // 0 for blocks of 16 KiB, 4 for those of 256 KiB.
    private static int Class(int length) =>
        Math.Max(0, BitOperations.Log2((uint)(length - 1)) - BitOperations.Log2(SmallestBlock) + 1);
}
