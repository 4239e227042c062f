namespace Amqp.Property.Time;

/// <summary>
/// What timers do, written down as plainly as it can be: a list that is searched for what is due first.
/// </summary>
internal sealed class TimerModel
{
    private readonly List<Entry> _entries = [];
    private long _sequence;

    public long Now { get; private set; }

    /// <summary>What fired so far: which timer, and what the clock showed.</summary>
    public List<(int Timer, long At)> Fired { get; } = [];

    /// <summary>What a firing timer does; may use this model again.</summary>
    public Action<int> OnFired { get; set; } = static _ => { };

    public int Created => _entries.Count;

    public int Alive => _entries.Count(each => !each.IsDisposed);

    public void Create(long due, long period)
    {
        _entries.Add(new Entry());
        Change(_entries.Count - 1, due, period);
    }

    public bool Change(int timer, long due, long period)
    {
        var entry = _entries[timer];
        if (entry.IsDisposed)
        {
            return false;
        }

        entry.Due = due < 0 ? null : Now + due;
        entry.Period = period <= 0 ? null : period;
        entry.Sequence = _sequence++;
        return true;
    }

    public void Dispose(int timer) => (_entries[timer].IsDisposed, _entries[timer].Due) = (true, null);

    public bool FireNext(long until)
    {
        var index = -1;
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Due is { } due && due <= until && (index < 0 || _entries[i].IsBefore(_entries[index])))
            {
                index = i;
            }
        }

        if (index < 0)
        {
            return false;
        }

        var entry = _entries[index];
        Now = entry.Due!.Value;
        entry.Due = entry.Period is { } period ? Now + period : null;
        entry.Sequence = _sequence++;
        Fired.Add((index, Now));
        OnFired(index);
        return true;
    }

    public void Advance(long by)
    {
        var until = Now + by;
        while (FireNext(until))
        {
            // Each may arm more.
        }

        Now = until;
    }

    private sealed class Entry
    {
        public long? Due { get; set; }

        public long? Period { get; set; }

        public long Sequence { get; set; }

        public bool IsDisposed { get; set; }

        public bool IsBefore(Entry other) =>
            Due != other.Due ? Due < other.Due : Sequence < other.Sequence;
    }
}
