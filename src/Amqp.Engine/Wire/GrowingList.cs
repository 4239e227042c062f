namespace Amqp.Engine.Wire;

/// <summary>
/// An array that doubles as items come; a struct, so that a small table costs two allocations and no list.
/// </summary>
internal struct GrowingList<T>
{
    private T[]? _items;
    private int _count;

    /// <summary>Adds an item at the end.</summary>
    public void Add(T item)
    {
        _items ??= new T[4];
        if (_count == _items.Length)
        {
            Array.Resize(ref _items, _count * 2);
        }

        _items[_count++] = item;
    }

    /// <summary>The items in an array of exactly their number; the list is not used afterwards.</summary>
    public T[] ToArray()
    {
        if (_items is null)
        {
            return [];
        }

        if (_items.Length != _count)
        {
            Array.Resize(ref _items, _count);
        }

        return _items;
    }
}
