using Amqp.Engine.Spec;

namespace Amqp.Engine.Session;

/// <summary>The mandatory publishes that may still be returned. RabbitMQ names no sequence number in
/// <c>basic.return</c>, but sends it before the settlement, in publish order: so the earliest unresolved publish with
/// the same exchange, routing key, body and properties is the one; when a broker changed the properties, the earliest
/// with the same of the rest. Twins are interchangeable. The search goes on behind the last return, so that it passes
/// each publish once however many are outstanding.</summary>
internal sealed class MandatoryLedger
{
    private readonly List<Entry> _entries = [];
    private int _first;
    private int _next; // behind the last match

    public void Add(
        ulong sequence,
        string exchange,
        string routingKey,
        BasicProperties properties,
        ulong bodySize,
        uint bodyHash) =>
        _entries.Add(new Entry(sequence, exchange, routingKey, properties, bodySize, bodyHash));

    /// <summary>Finds and removes the publish that a return belongs to.</summary>
    /// <returns>Its sequence number, or 0 when it was not published in confirm mode.</returns>
    public ulong Match(ConfirmTracker confirms, in ContentAssembly content)
    {
        var sought = new Entry(
            0, content.Exchange, content.RoutingKey, content.Properties, content.BodySize, content.BodyHash);
        int found = Find(confirms, in sought, exactly: true);
        if (found < 0)
        {
            found = Find(confirms, in sought, exactly: false);
        }

        if (found < 0)
        {
            return 0;
        }

        ulong sequence = _entries[found].Sequence;
        _entries[found] = _entries[found] with { Sequence = 0 };
        _next = found + 1;
        return sequence;
    }

    /// <summary>Forgets what is settled: everything below the lowest unsettled number.</summary>
    public void Trim(ulong lowestUnsettled)
    {
        while (_first < _entries.Count && _entries[_first].Sequence < lowestUnsettled)
        {
            _first++; // settled, or returned before
        }

        if (_first > 64 && _first * 2 > _entries.Count)
        {
            _entries.RemoveRange(0, _first);
            _next = Math.Max(0, _next - _first);
            _first = 0;
        }
    }

    private int Find(ConfirmTracker confirms, in Entry sought, bool exactly)
    {
        int found = Find(confirms, in sought, exactly, Math.Max(_first, _next), _entries.Count);
        return found >= 0
            ? found
            : Find(confirms, in sought, exactly, _first, Math.Min(_next, _entries.Count)); // a broker that skips back
    }

    private int Find(ConfirmTracker confirms, in Entry sought, bool exactly, int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            Entry entry = _entries[i];
            if (entry.BodySize == sought.BodySize && entry.BodyHash == sought.BodyHash
                && entry.Exchange == sought.Exchange && entry.RoutingKey == sought.RoutingKey
                && entry.Sequence != 0 && confirms.IsOutstanding(entry.Sequence)
                && (!exactly || ReturnedProperties.AreOf(entry.Properties, sought.Properties)))
            {
                return i;
            }
        }

        return -1;
    }

    private readonly record struct Entry(
        ulong Sequence,
        string Exchange,
        string RoutingKey,
        BasicProperties Properties,
        ulong BodySize,
        uint BodyHash);
}
