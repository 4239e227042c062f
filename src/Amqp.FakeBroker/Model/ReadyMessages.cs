namespace Amqp.FakeBroker.Model;

/// <summary>
/// The ready messages of a queue: one line for each level, the highest level first, in order of position inside one.
/// </summary>
internal sealed class ReadyMessages(int levels)
{
    private readonly RingBuffer<QueueEntry>?[] _lines = new RingBuffer<QueueEntry>?[levels];

    /// <summary>No line above this one holds anything.</summary>
    private int _top;

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

    /// <summary>The highest level that holds something; only with <see cref="Count"/> above 0.</summary>
    public int TopLevel()
    {
        while (_lines[_top] is not { Count: > 0 })
        {
            _top--;
        }

        return _top;
    }

    public bool HasLevel(int level) => _lines[level] is { Count: > 0 };

    /// <summary>The message that goes next; only with <see cref="Count"/> above 0.</summary>
    public ref QueueEntry Peek() => ref _lines[TopLevel()]![0];

    public QueueEntry PopFront() => PopFront(TopLevel());

    public QueueEntry PopFront(int level)
    {
        QueueEntry entry = _lines[level]!.PopFront();
        Count--;
        Octets -= entry.Message.Body.Length;
        return entry;
    }

    /// <summary>Every entry in the order of delivery.</summary>
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
    }

    private RingBuffer<QueueEntry> Line(int level) => _lines[level] ??= new RingBuffer<QueueEntry>();

    private void Added(int level, in QueueEntry entry)
    {
        _top = Math.Max(_top, level);
        Count++;
        Octets += entry.Message.Body.Length;
    }
}
