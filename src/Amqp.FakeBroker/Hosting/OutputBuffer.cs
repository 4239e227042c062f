using System.Buffers;

namespace Amqp.FakeBroker.Hosting;

/// <summary>
/// Two pooled buffers: the broker appends to one while the other is on its way to the peer; an idle connection has
/// none. Guarded by the broker's lock; only the memory handed out by <see cref="TakePending"/> is read outside it, and
/// that buffer rests until <see cref="TakePending"/> or <see cref="Rest"/> is called again.
/// </summary>
internal sealed class OutputBuffer : IBufferWriter<byte>
{
    private const int InitialSize = 4 * 1024;

    /// <summary>With this many octets waiting, deliveries pause until the peer has taken some.</summary>
    private const int CongestedAt = 4 * 1024 * 1024;

    /// <summary>
    /// With this many nothing is read either: a peer that asks on and on, by basic.get for instance, has to take
    /// answers first.
    /// </summary>
    private const int FullAt = 16 * 1024 * 1024;

    private byte[] _filling = [];
    private byte[] _resting = [];

    /// <summary>Octets appended and not taken yet.</summary>
    public int Pending { get; private set; }

    /// <summary>The connection that appends here; told when it has to pause.</summary>
    public BrokerConnection? Connection { get; set; }

    public void Advance(int count)
    {
        Pending += count;
        if (Pending > CongestedAt)
        {
            Connection?.SetOutputCongested(true);
        }

        if (Pending > FullAt)
        {
            Connection?.HoldReading(true);
        }
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _filling.AsMemory(Pending);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _filling.AsSpan(Pending);
    }

    /// <summary>Takes everything appended so far; the buffer taken before may be written again from now on.</summary>
    public ReadOnlyMemory<byte> TakePending()
    {
        Return(ref _resting);
        ReadOnlyMemory<byte> taken = _filling.AsMemory(0, Pending);
        (_filling, _resting) = ([], _filling);
        Pending = 0;
        return taken;
    }

    /// <summary>What was taken has been sent and nothing waits: no memory is kept.</summary>
    public void Rest()
    {
        Return(ref _resting);
        if (Pending == 0)
        {
            Return(ref _filling);
        }
    }

    private void Reserve(int sizeHint)
    {
        int needed = Pending + Math.Max(sizeHint, 256);
        if (needed > _filling.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, Math.Max(InitialSize, _filling.Length * 2)));
            _filling.AsSpan(0, Pending).CopyTo(larger);
            Return(ref _filling);
            _filling = larger;
        }
    }

    private static void Return(ref byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = [];
        }
    }
}
