using System.Buffers;

namespace Amqp.Simulation.Links;

/// <summary>
/// The bytes a reader has got and not yet consumed: one segment for each read, as a pipe gives them.
/// </summary>
/// <remarks>Keeping the segments as they came lets a parser meet every layout of a multi-segment sequence. Not
/// thread-safe.</remarks>
public sealed class ReceiveBuffer
{
    private Segment? _first;
    private Segment? _last;
    private int _firstIndex;

    /// <summary>The bytes that wait.</summary>
    public ReadOnlySequence<byte> Sequence => _first is null || _last is null
        ? ReadOnlySequence<byte>.Empty
        : new ReadOnlySequence<byte>(_first, _firstIndex, _last, _last.Memory.Length);

    /// <summary>How many bytes wait.</summary>
    public long Length => Sequence.Length;

    /// <summary>Adds the bytes of one read as a segment of their own.</summary>
    /// <param name="chunk">The bytes; kept, not copied. Empty ones are ignored.</param>
    public void Append(ReadOnlyMemory<byte> chunk)
    {
        if (chunk.IsEmpty)
        {
            return;
        }

        _last = new Segment(chunk, _last);
        _first ??= _last;
    }

    /// <summary>Releases everything before <paramref name="consumed"/>.</summary>
    /// <param name="consumed">A position in <see cref="Sequence"/>.</param>
    public void AdvanceTo(SequencePosition consumed)
    {
        ReadOnlySequence<byte> rest = Sequence.Slice(consumed);
        if (rest.IsEmpty)
        {
            _first = _last = null;
            _firstIndex = 0;
            return;
        }

        _first = (Segment)rest.Start.GetObject()!;
        _firstIndex = rest.Start.GetInteger();
    }

    /// <summary>Releases everything.</summary>
    public void Clear()
    {
        _first = _last = null;
        _firstIndex = 0;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
