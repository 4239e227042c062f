namespace Amqp.FakeBroker.Model;

/// <summary>
/// The unsettled deliveries of one channel, ascending by delivery tag. Settling the oldest is O(1); one in the middle
/// is found by binary search and leaves a gap, and gaps are swept when they outnumber the live entries.
/// </summary>
internal sealed class UnackedLedger
{
    private readonly RingBuffer<Slot> _slots = new();
    private int _gaps;

    public int Count => _slots.Count - _gaps;

    /// <summary>The delivery with the lowest tag; only with <see cref="Count"/> above 0.</summary>
    public UnackedEntry Oldest => _slots[0].Entry;

    public void Add(in UnackedEntry entry) => _slots.PushBack(new Slot(entry, false));

    /// <summary>Takes exactly the delivery with this tag.</summary>
    public bool TryTake(ulong tag, out UnackedEntry entry)
    {
        int index = Find(tag);
        if (index < 0)
        {
            entry = default;
            return false;
        }

        entry = _slots[index].Entry;
        _slots[index] = new Slot(default(UnackedEntry) with { Tag = tag }, true);
        _gaps++;
        Trim();
        return true;
    }

    /// <summary>
    /// Takes every delivery up to this tag, which must itself be outstanding (RabbitMQ's rule), oldest first.
    /// </summary>
    public bool TryTakeThrough(ulong tag, List<UnackedEntry> taken)
    {
        int index = Find(tag);
        if (index < 0)
        {
            return false;
        }

        for (int i = 0; i <= index; i++)
        {
            TakeFront(taken);
        }

        Trim();
        return true;
    }

    /// <summary>Takes everything, oldest first.</summary>
    public void TakeAll(List<UnackedEntry> taken)
    {
        while (_slots.Count > 0)
        {
            TakeFront(taken);
        }
    }

    /// <summary>Puts entries back that a rolled-back transaction had taken.</summary>
    public void Restore(List<UnackedEntry> entries)
    {
        List<UnackedEntry> all = [];
        TakeAll(all);
        all.AddRange(entries);
        all.Sort(static (a, b) => a.Tag.CompareTo(b.Tag));
        foreach (UnackedEntry entry in all)
        {
            Add(entry);
        }
    }

    private void TakeFront(List<UnackedEntry> taken)
    {
        Slot slot = _slots.PopFront();
        if (slot.IsGap)
        {
            _gaps--;
        }
        else
        {
            taken.Add(slot.Entry);
        }
    }

    private int Find(ulong tag)
    {
        int low = 0;
        int high = _slots.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            ulong found = _slots[middle].Entry.Tag;
            if (found == tag)
            {
                return _slots[middle].IsGap ? -1 : middle;
            }

            if (found < tag)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return -1;
    }

    private void Trim()
    {
        while (_slots.Count > 0 && _slots[0].IsGap)
        {
            _slots.PopFront();
            _gaps--;
        }

        while (_slots.Count > 0 && _slots[_slots.Count - 1].IsGap)
        {
            _slots.PopBack();
            _gaps--;
        }

        if (_gaps > 64 && _gaps > _slots.Count / 2)
        {
            List<UnackedEntry> live = new(Count);
            TakeAll(live);
            foreach (UnackedEntry entry in live)
            {
                Add(entry);
            }
        }
    }

    private readonly record struct Slot(UnackedEntry Entry, bool IsGap);
}
