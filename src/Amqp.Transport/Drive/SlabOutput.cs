using System.Buffers;

namespace Amqp.Transport.Drive;

/// <summary>The output that the engine appends to: a chain of pooled blocks. The block at the end is sealed as soon as
/// it is taken for sending, so that writers and the sender never share one.</summary>
/// <remarks>Not thread-safe; the pump's gate guards it. A block that is being sent belongs to the sender
/// alone.</remarks>
internal sealed class SlabOutput : IBufferWriter<byte>
{
    // After a request that did not fit a small block, this many blocks are large: big bodies come in series, and a
    // small block between them would be a send of its own for a few bytes of header.
    private const int LargeSeries = 16;

    private readonly Queue<Slab> _sealed = new();
    private byte[]? _spare;
    private byte[]? _current;
    private int _written;
    private int _largeLeft;

    /// <summary>The bytes that were written and not yet sent.</summary>
    public long PendingBytes { get; private set; }

    /// <summary>Whether there is something to take.</summary>
    public bool HasOutput => _sealed.Count > 0 || _written > 0;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _current.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _current.AsSpan(_written);
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, (_current?.Length ?? 0) - _written);
        _written += count;
        PendingBytes += count;
    }

    /// <summary>Takes the oldest output; give it back with <see cref="Release"/>.</summary>
    public bool TryTake(out Slab slab)
    {
        if (_sealed.TryDequeue(out slab))
        {
            return true;
        }

        if (_written == 0)
        {
            return false;
        }

        slab = new Slab(_current!, _written);
        _current = null;
        _written = 0;
        return true;
    }

    /// <summary>Takes back a block that was sent.</summary>
    public void Release(Slab slab)
    {
        PendingBytes -= slab.Length;
        if (_spare is null && slab.Buffer.Length == SlabPool.SmallSize)
        {
            _spare = slab.Buffer; // keeps a lone publisher on one block, warm in the cache and without the pool's lock
        }
        else
        {
            SlabPool.Return(slab.Buffer);
        }
    }

    /// <summary>Drops all output and gives the blocks back, except those that are being sent.</summary>
    public void Clear()
    {
        while (TryTake(out Slab slab))
        {
            PendingBytes -= slab.Length;
            SlabPool.Return(slab.Buffer);
        }

        ReturnIdle(ref _current);
        ReturnIdle(ref _spare);
    }

    private static void ReturnIdle(ref byte[]? block)
    {
        if (block is not null)
        {
            SlabPool.Return(block);
            block = null;
        }
    }

    private void Reserve(int size)
    {
        if (_current is { } current)
        {
            if (current.Length - _written >= size)
            {
                return;
            }

            if (_written > 0)
            {
                _sealed.Enqueue(new Slab(current, _written));
            }
            else
            {
                SlabPool.Return(current);
            }

            _current = null;
            _written = 0;
        }

        _current = Next(size);
    }

    private byte[] Next(int size)
    {
        if (size > SlabPool.SmallSize / 2)
        {
            _largeLeft = LargeSeries;
        }

        if (_largeLeft > 0)
        {
            _largeLeft--;
            return SlabPool.Rent(Math.Max(size, SlabPool.LargeSize));
        }

        if (_spare is { } spare)
        {
            _spare = null;
            return spare;
        }

        return SlabPool.Rent(size);
    }
}
