namespace Amqp.Engine.Session;

/// <summary>Which publishes of a channel in confirm mode await their settlement. Numbers start at 1 and grow by one for
/// each publish. Each number is passed once when it is settled, whatever the order and the multiple flags: the cost
/// does
/// not grow with what is outstanding.</summary>
/// <remarks>Written policy: a number that is settled already is ignored; 0 with multiple means all; 0 alone or a number
/// that was never published is a violation (<see cref="IsKnown"/>).</remarks>
internal sealed class ConfirmTracker
{
    // One bit a number at and above _lowest, in a ring: set when it was settled out of order.
    private ulong[] _settled = new ulong[4];

    /// <summary>The lowest number that is not settled; <see cref="NextSequence"/> when all are.</summary>
    public ulong Lowest { get; private set; } = 1;

    /// <summary>The number of the next publish.</summary>
    public ulong NextSequence { get; private set; } = 1;

    /// <summary>An upper bound of what is outstanding: from the lowest unsettled number on.</summary>
    public int Window => (int)(NextSequence - Lowest);

    public ulong Add()
    {
        if (Window == _settled.Length * 64)
        {
            Grow();
        }

        Clear(NextSequence);
        return NextSequence++;
    }

    public bool IsKnown(ulong tag, bool multiple) => tag == 0 ? multiple : tag < NextSequence;

    /// <summary>Whether a number that was published awaits its settlement.</summary>
    public bool IsOutstanding(ulong tag) => tag >= Lowest && tag < NextSequence && !IsSettled(tag);

    /// <summary>Settles one number.</summary>
    /// <returns>False when it was settled before.</returns>
    public bool TrySettle(ulong tag)
    {
        if (tag < Lowest || IsSettled(tag))
        {
            return false;
        }

        Mark(tag);
        Advance();
        return true;
    }

    /// <summary>Takes the next run of unsettled numbers that are at most <paramref name="upTo"/>. Call until
    /// false.</summary>
    public bool TryTakeRun(ulong upTo, out ulong from, out ulong to)
    {
        from = Lowest;
        to = Lowest;
        if (Lowest > upTo || Lowest == NextSequence)
        {
            return false;
        }

        while (to < upTo && to + 1 < NextSequence && !IsSettled(to + 1))
        {
            to++;
        }

        Lowest = to + 1;
        Advance();
        return true;
    }

    /// <summary>Adds the numbers that await their settlement, lowest first.</summary>
    public void CopyOutstanding(List<ulong> numbers)
    {
        for (ulong tag = Lowest; tag < NextSequence; tag++)
        {
            if (!IsSettled(tag))
            {
                numbers.Add(tag);
            }
        }
    }

    private void Advance()
    {
        while (Lowest < NextSequence && IsSettled(Lowest))
        {
            Lowest++;
        }
    }

    private bool IsSettled(ulong tag) => (_settled[Word(tag)] & Bit(tag)) != 0;

    private void Mark(ulong tag) => _settled[Word(tag)] |= Bit(tag);

    private void Clear(ulong tag) => _settled[Word(tag)] &= ~Bit(tag);

    private int Word(ulong tag) => (int)((tag / 64) & (ulong)(_settled.Length - 1));

    private static ulong Bit(ulong tag) => 1UL << (int)(tag % 64);

    private void Grow()
    {
        ulong[] old = _settled;
        var larger = new ulong[old.Length * 2];
        for (ulong tag = Lowest; tag < NextSequence; tag++)
        {
            int from = (int)((tag / 64) & (ulong)(old.Length - 1));
            int to = (int)((tag / 64) & (ulong)(larger.Length - 1));
            larger[to] |= old[from] & Bit(tag);
        }

        _settled = larger;
    }
}
