using Amqp.Engine.Base;

namespace Amqp.FakeBroker.Model;

/// <summary>
/// Who has to act when, in order of time and then of arming. Holds for each at most the earliest time it was armed for
/// and stale later ones, which are thrown away as they come up.
/// </summary>
internal sealed class TimerHeap
{
    private readonly PriorityQueue<ITimed, (MonoTime At, ulong Sequence)> _heap = new();
    private ulong _sequence;

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
                    timed.ArmedFor = MonoTime.Never;
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
            timed.ArmedFor = due;
            _heap.Enqueue(timed, (due, _sequence++));
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
                timed.ArmedFor = MonoTime.Never;
                return true;
            }
        }

        return false;
    }
}
