namespace Amqp.Simulation.Evidence;

/// <summary>Puts the segments of one direction of a TCP connection in order again.</summary>
internal sealed class StreamAssembler
{
    private readonly SortedDictionary<long, byte[]> _early = [];
    private uint _first;
    private bool _isKnown;
    private long _next;
    private long _end = long.MaxValue;

    /// <summary>True when its beginning was seen.</summary>
    public bool HasBegin { get; private set; }

    /// <summary>Bytes that came behind some that never did.</summary>
    public bool HasGap => _early.Count > 0;

    /// <summary>True when everything up to its end has come.</summary>
    public bool IsEnded => _next >= _end;

    /// <summary>Adds a segment.</summary>
    /// <returns>The bytes that are in order now; may be empty.</returns>
    public byte[] Add(TcpSegment segment)
    {
        if (segment.IsSyn)
        {
            // The sign of the beginning takes a number of its own.
            (_first, _isKnown, HasBegin) = (segment.Sequence + 1, true, true);
            return [];
        }

        if (!_isKnown)
        {
            (_first, _isKnown) = (segment.Sequence, true);
        }

        // Numbers wrap round; a segment is never further away than half of them.
        long at = _next + (int)(segment.Sequence - (uint)(_first + _next));
        if (segment.IsFin)
        {
            _end = at + segment.Payload.Length;
        }

        if (segment.Payload.Length > 0
            && (!_early.TryGetValue(at, out byte[]? other) || other.Length < segment.Payload.Length))
        {
            _early[at] = segment.Payload;
        }

        return Ready();
    }

    private byte[] Ready()
    {
        var ready = new List<byte>();
        while (_early.Count > 0)
        {
            (long at, byte[] bytes) = _early.First();
            if (at > _next)
            {
                break;
            }

            _early.Remove(at);
            if (at + bytes.Length > _next)
            {
                ready.AddRange(bytes.AsSpan((int)(_next - at)));
                _next = at + bytes.Length;
            }
        }

        return [.. ready];
    }
}
