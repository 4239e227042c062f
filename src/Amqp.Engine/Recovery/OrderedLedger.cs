namespace Amqp.Engine.Recovery;

/// <summary>
/// Values by key that list in the order in which their keys came, at a cost of adding and removing that does not grow.
/// </summary>
internal sealed class OrderedLedger<TKey, TValue>
    where TKey : notnull
{
    private readonly Dictionary<TKey, (ulong Order, TValue Value)> _entries = [];
    private ulong _next;

    public int Count => _entries.Count;

    public bool Contains(TKey key) => _entries.ContainsKey(key);

    public bool TryGet(TKey key, out TValue value)
    {
        bool isThere = _entries.TryGetValue(key, out (ulong Order, TValue Value) entry);
        value = entry.Value;
        return isThere;
    }

    /// <summary>Adds it, or changes it in its place.</summary>
    public void Set(TKey key, TValue value) =>
        _entries[key] = (_entries.TryGetValue(key, out (ulong Order, TValue Value) old) ? old.Order : _next++, value);

    public bool Remove(TKey key) => _entries.Remove(key);

    /// <summary>Gives a value another key and keeps its place.</summary>
    public void Move(TKey from, TKey to, TValue value)
    {
        if (_entries.Remove(from, out (ulong Order, TValue Value) old))
        {
            _entries[to] = (old.Order, value);
        }
    }

    public IReadOnlyList<TValue> List() =>
        [.. _entries.Values.OrderBy(static each => each.Order).Select(static each => each.Value)];
}
