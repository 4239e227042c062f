using System.Buffers;

namespace Amqp.FakeBroker.Hosting;

/// <summary>
/// Two growing buffers: the broker appends to one while the other is on its way to the peer. Guarded by the broker's
/// lock; only the memory handed out by <see cref="TakePending"/> is read outside it, and that buffer rests until <see
/// cref="TakePending"/> is called again.
/// </summary>
internal sealed class OutputBuffer : IBufferWriter<byte>
{
    private const int InitialSize = 64 * 1024;

    /// <summary>With this many octets waiting, deliveries pause until the peer has taken some.</summary>
    private const int CongestedAt = 4 * 1024 * 1024;

    /// <summary>A buffer that a burst made larger than this is not kept.</summary>
    private const int LargestKept = 4 * 1024 * 1024;

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
        ReadOnlyMemory<byte> taken = _filling.AsMemory(0, Pending);
        (_filling, _resting) = (_resting.Length > LargestKept ? [] : _resting, _filling);
        Pending = 0;
        return taken;
    }

    private void Reserve(int sizeHint)
    {
        int needed = Pending + Math.Max(sizeHint, 256);
        if (needed > _filling.Length)
        {
            Array.Resize(ref _filling, Math.Max(needed, Math.Max(InitialSize, _filling.Length * 2)));
        }
    }
}
