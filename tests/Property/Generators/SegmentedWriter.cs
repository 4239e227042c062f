using System.Buffers;

namespace Amqp.Property.Generators;

/// <summary>An output that hands out memory of given sizes, never more than asked for when that is possible.</summary>
/// <remarks>Handed-out memory is full of 0xEE, so octets that a writer counts but does not write show up.</remarks>
public sealed class SegmentedWriter(Func<int> nextSize) : IBufferWriter<byte>
{
    private readonly List<byte> _written = [];
    private byte[] _current = [];

    /// <summary>An output that gives exactly what is asked for, or 256 bytes.</summary>
    public SegmentedWriter()
        : this(() => 256)
    {
    }

    /// <summary>Everything written so far.</summary>
    public byte[] Written => [.. _written];

    /// <summary>How many bytes were written so far.</summary>
    public int Length => _written.Count;

    /// <inheritdoc/>
    public void Advance(int count)
    {
        _written.AddRange(_current.AsSpan(0, count));
        _current = [];
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        _current = new byte[Math.Max(sizeHint, Math.Max(1, nextSize()))];
        _current.AsSpan().Fill(0xEE);
        return _current;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}
