namespace Amqp.FakeBroker.Model;

/// <summary>
/// The ready messages of a queue: one line for each level, the highest level first, in order of position inside one.
/// </summary>
/// <param name="levels">How many levels there are.</param>
/// <param name="takesTurns">
/// True for the quorum queues of 4.0, with the levels normal, high and returned: every third message that leaves, or
/// passes through, is the older of the first normal and the first high one. Returned ones go first and do not count
/// (measured).
/// </param>
internal sealed class ReadyMessages(int levels, bool takesTurns = false)
{
    private const int Normal = 0;
    private const int High = 1;
    private const int Turns = 3;

    private readonly RingBuffer<QueueEntry>?[] _lines = new RingBuffer<QueueEntry>?[levels];

    /// <summary>No line above this one holds anything.</summary>
    private int _top;

    /// <summary>How many left since the last one that was the older of two, and that one.</summary>
    private int _turn;

    public int Count { get; private set; }

    /// <summary>Octets of the bodies.</summary>
    public long Octets { get; private set; }

    public void PushBack(int level, in QueueEntry entry)
    {
        Line(level).PushBack(entry);
        Added(level, entry);
    }

    /// <summary>Puts an entry before the first one of a later position.</summary>
    public void Insert(int level, in QueueEntry entry)
    {
        RingBuffer<QueueEntry> line = Line(level);
        int low = 0;
        int high = line.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (line[middle].Position < entry.Position)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        line.Insert(low, entry);
        Added(level, entry);
    }

    /// <summary>The message that goes next; only with <see cref="Count"/> above 0.</summary>
    public ref QueueEntry Peek() => ref _lines[NextLevel()]![0];

    public QueueEntry PopFront()
    {
        int level = NextLevel();
        QueueEntry entry = _lines[level]!.PopFront();
        Count--;
        Octets -= entry.Message.Body.Length;
        if (level <= High)
        {
            PassOne();
        }

        return entry;
    }

    /// <summary>Counts a message that goes to a consumer without waiting here.</summary>
    public void PassOne() => _turn = (_turn + 1) % Turns;

    /// <summary>Every entry, level by level.</summary>
    public IEnumerable<QueueEntry> All()
    {
        for (int level = _lines.Length - 1; level >= 0; level--)
        {
            for (int i = 0; i < (_lines[level]?.Count ?? 0); i++)
            {
                yield return _lines[level]![i];
            }
        }
    }

    /// <summary>Takes out what fits; the rest stays in its places.</summary>
    public IReadOnlyList<QueueEntry> RemoveAll(Predicate<QueueEntry> fits)
    {
        List<QueueEntry> removed = [];
        foreach (RingBuffer<QueueEntry>? line in _lines)
        {
            for (int left = line?.Count ?? 0; left > 0; left--)
            {
                QueueEntry entry = line!.PopFront();
                if (fits(entry))
                {
                    removed.Add(entry);
                    Count--;
                    Octets -= entry.Message.Body.Length;
                }
                else
                {
                    line.PushBack(entry);
                }
            }
        }

        return removed;
    }

    public void Clear()
    {
        Array.Clear(_lines);
        Count = 0;
        Octets = 0;
        _top = 0;
        _turn = 0;
    }

    private int NextLevel()
    {
        while (_lines[_top] is not { Count: > 0 })
        {
            _top--;
        }

        return takesTurns && _top == High && _turn == Turns - 1 && _lines[Normal] is { Count: > 0 } normal
            && normal[0].Position < _lines[High]![0].Position
            ? Normal
            : _top;
    }

    private RingBuffer<QueueEntry> Line(int level) => _lines[level] ??= new RingBuffer<QueueEntry>();

    private void Added(int level, in QueueEntry entry)
    {
        _top = Math.Max(_top, level);
        Count++;
        Octets += entry.Message.Body.Length;
    }
}
