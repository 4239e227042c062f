namespace Amqp.Transport.Drive;

/// <summary>Pinned blocks of two sizes, shared by all connections. ArrayPool would do, but it forgets arrays that are
/// rented on one thread and returned on another, which is what every publisher and its sender do.</summary>
internal static class SlabPool
{
    /// <summary>64 KiB: large enough that a system call per block costs little.</summary>
    public const int SmallSize = 64 * 1024;

    /// <summary>256 KiB: holds a body frame of the usual frame-max of 128 KiB.</summary>
    public const int LargeSize = 256 * 1024;

    private const int SmallKept = 256;
    private const int LargeKept = 64;

    private static readonly Lock Gate = new();
    private static readonly Stack<byte[]> Small = new(SmallKept);
    private static readonly Stack<byte[]> Large = new(LargeKept);
    private static long _outstanding;

    /// <summary>How many blocks are rented at the moment, in the whole process.</summary>
    public static long Outstanding => Interlocked.Read(ref _outstanding);

    public static byte[] Rent(int minimumSize)
    {
        Interlocked.Increment(ref _outstanding);
        int size = minimumSize <= SmallSize ? SmallSize : LargeSize;
        if (minimumSize > LargeSize)
        {
            return GC.AllocateUninitializedArray<byte>(minimumSize);
        }

        lock (Gate)
        {
            if ((size == SmallSize ? Small : Large).TryPop(out byte[]? kept))
            {
                return kept;
            }
        }

        return GC.AllocateUninitializedArray<byte>(size, pinned: true);
    }

    public static void Return(byte[] block)
    {
        Interlocked.Decrement(ref _outstanding);
        lock (Gate)
        {
            if (block.Length == SmallSize && Small.Count < SmallKept)
            {
                Small.Push(block);
            }
            else if (block.Length == LargeSize && Large.Count < LargeKept)
            {
                Large.Push(block);
            }
        }
    }
}
