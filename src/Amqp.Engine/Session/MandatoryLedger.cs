namespace Amqp.Engine.Session;

/// <summary>The mandatory publishes that may still be returned. RabbitMQ names no sequence number in
/// <c>basic.return</c>, but sends it before the settlement, in publish order: so the earliest unresolved publish with
/// the
/// same exchange, routing key and body is the one. Twins are interchangeable.</summary>
internal sealed class MandatoryLedger
{
    private readonly List<Entry> _entries = [];
    private int _first;

    public void Add(ulong sequence, string exchange, string routingKey, ulong bodySize, uint bodyHash) =>
        _entries.Add(new Entry(sequence, exchange, routingKey, bodySize, bodyHash));

    /// <summary>Finds and removes the publish that a return belongs to.</summary>
    /// <returns>Its sequence number, or 0 when it was not published in confirm mode.</returns>
    public ulong Match(ConfirmTracker confirms, string exchange, string routingKey, ulong bodySize, uint bodyHash)
    {
        while (_first < _entries.Count && _entries[_first].Sequence == 0)
        {
            _first++; // returned before: not looked at again
        }

        for (int i = _first; i < _entries.Count; i++)
        {
            Entry entry = _entries[i];
            if (entry.Sequence != 0 && entry.BodySize == bodySize && entry.BodyHash == bodyHash
                && entry.Exchange == exchange && entry.RoutingKey == routingKey
                && confirms.IsOutstanding(entry.Sequence))
            {
                _entries[i] = default;
                return entry.Sequence;
            }
        }

        return 0;
    }

    /// <summary>Forgets what is settled: everything below the lowest unsettled number.</summary>
    public void Trim(ulong lowestUnsettled)
    {
        while (_first < _entries.Count && _entries[_first].Sequence < lowestUnsettled)
        {
            _first++;
        }

        if (_first > 64 && _first * 2 > _entries.Count)
        {
            _entries.RemoveRange(0, _first);
            _first = 0;
        }
    }

    private readonly record struct Entry(
        ulong Sequence,
        string Exchange,
        string RoutingKey,
        ulong BodySize,
        uint BodyHash);
}
