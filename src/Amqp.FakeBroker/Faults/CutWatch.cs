using System.Buffers;

namespace Amqp.FakeBroker.Faults;

/// <summary>
/// Watches one direction of a stream for its cuts by byte and by place: says how many of the next bytes may still pass.
/// Pure; not thread-safe.
/// </summary>
public sealed class CutWatch
{
    private readonly PlaceScanner _scanner = new();
    private readonly List<(long Offset, Cut Cut)> _due = [];
    private readonly List<(long Offset, CutAtPlace Cut)> _found = [];
    private long _passed;

    /// <summary>True when no cut waits.</summary>
    public bool IsEmpty => _due.Count == 0 && _scanner.IsEmpty;

    /// <summary>Adds a cut of this direction; it counts from what has passed so far.</summary>
    /// <param name="cut">By byte or by place; the owner's clock sees to one by time.</param>
    /// <exception cref="ArgumentException">The cut is by time.</exception>
    public void Add(Cut cut)
    {
        switch (cut)
        {
            case CutAtByte atByte:
                _due.Add((_passed + Math.Max(0, atByte.Offset), atByte));
                break;
            case CutAtPlace atPlace:
                _scanner.Add(atPlace);
                break;
            default:
                throw new ArgumentException("a cut by time has no place in the stream", nameof(cut));
        }
    }

    /// <summary>
    /// Scans bytes that are about to pass. Bytes scanned before and held back come again first.
    /// </summary>
    /// <param name="bytes">Everything that has not passed yet.</param>
    /// <param name="cut">The cut that happens behind the bytes that may pass, or null.</param>
    /// <returns>How many bytes may pass.</returns>
    public long Admit(in ReadOnlySequence<byte> bytes, out Cut? cut)
    {
        long known = _scanner.Offset - _passed;
        foreach (ReadOnlyMemory<byte> piece in bytes.Slice(Math.Min(known, bytes.Length)))
        {
            _scanner.Scan(piece.Span, _found);
        }

        foreach ((long offset, CutAtPlace found) in _found)
        {
            _due.Add((Math.Max(offset, _passed), found));
        }

        _found.Clear();
        int first = -1;
        for (int i = 0; i < _due.Count; i++)
        {
            if (_due[i].Offset <= _passed + bytes.Length && (first < 0 || _due[i].Offset < _due[first].Offset))
            {
                first = i;
            }
        }

        if (first < 0)
        {
            cut = null;
            return bytes.Length;
        }

        cut = _due[first].Cut;
        long room = _due[first].Offset - _passed;
        _due.RemoveAt(first);
        return room;
    }

    /// <summary>Notes that bytes have passed (for a receiver: that they were consumed).</summary>
    /// <param name="count">How many.</param>
    public void Pass(long count) => _passed += count;
}
