using Amqp.Engine.Base;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// Who has to act when, in order of time and then of arming. Holds for each at most the earliest time it was armed for
/// and stale ones, which are thrown away as they come up, or all at once when they are the most.
/// </summary>
internal sealed class TimerHeap
{
    /// <summary>Up to here stale entries cost nothing worth looking for.</summary>
    private const int SmallHeap = 256;

    private readonly PriorityQueue<ITimed, (MonoTime At, ulong Sequence)> _heap = new();
    private ulong _sequence;
    private int _armed;

    /// <summary>How many entries are held, stale ones included.</summary>
    public int Count => _heap.Count;

    /// <summary>The earliest time anything may be due.</summary>
    public MonoTime Next
    {
        get
        {
            while (_heap.TryPeek(out ITimed? timed, out (MonoTime At, ulong Sequence) first))
            {
                // Armed for earlier since, or not at all any more: the entry is stale, or would find nothing to do.
                if (timed.ArmedFor == first.At && timed.NextDeadline != MonoTime.Never)
                {
                    return first.At;
                }

                if (timed.ArmedFor == first.At)
                {
                    Forget(timed);
                }

                _heap.Dequeue();
            }

            return MonoTime.Never;
        }
    }

    /// <summary>Makes sure that it is called no later than its deadline.</summary>
    public void Arm(ITimed timed)
    {
        MonoTime due = timed.NextDeadline;
        if (due < timed.ArmedFor)
        {
            _armed += timed.ArmedFor == MonoTime.Never ? 1 : 0;
            timed.ArmedFor = due;
            _heap.Enqueue(timed, (due, _sequence++));
            DropStale();
        }
    }

    /// <summary>It will not act any more: nothing of it is kept, however far ahead its time was.</summary>
    public void Disarm(ITimed timed)
    {
        if (timed.ArmedFor != MonoTime.Never)
        {
            Forget(timed);
            DropStale();
        }
    }

    /// <summary>Takes the next that is due; it must be armed again after it has acted.</summary>
    public bool TryTake(MonoTime now, out ITimed timed)
    {
        while (_heap.TryPeek(out timed!, out (MonoTime At, ulong Sequence) first) && first.At <= now)
        {
            _heap.Dequeue();
            if (timed.ArmedFor == first.At)
            {
                Forget(timed);
                return true;
            }
        }

        return false;
    }

    private void Forget(ITimed timed)
    {
        timed.ArmedFor = MonoTime.Never;
        _armed--;
    }

    private void DropStale()
    {
        if (_heap.Count <= SmallHeap || _heap.Count <= 2 * _armed)
        {
            return;
        }

        // Times and sequence numbers stay, so what is left comes up in the order it would have.
        var live = _heap.UnorderedItems.Where(static each => each.Element.ArmedFor == each.Priority.At).ToArray();
        _heap.Clear();
        _heap.EnqueueRange(live);
        if (_heap.Count <= SmallHeap)
        {
            _heap.TrimExcess();
        }
    }
}
