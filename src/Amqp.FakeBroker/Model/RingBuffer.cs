namespace Amqp.FakeBroker.Model;

/// <summary>
/// A double-ended queue with indexed access. Pushing and popping at either end cost O(1), insertion in the middle moves
/// the shorter side. Queues need the front for requeued messages and the middle for their original positions.
/// </summary>
internal sealed class RingBuffer<T>
{
    private T[] _items = new T[8];
    private int _head;

    public int Count { get; private set; }

    public ref T this[int index] => ref _items[(_head + index) & (_items.Length - 1)];

    public void PushBack(in T item)
    {
        Grow();
        Count++;
        this[Count - 1] = item;
    }

    public void PushFront(in T item)
    {
        Grow();
        _head = (_head - 1) & (_items.Length - 1);
        Count++;
        this[0] = item;
    }

    public T PopFront()
    {
        T item = this[0];
        this[0] = default!;
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    public T PopBack()
    {
        T item = this[Count - 1];
        this[Count - 1] = default!;
        Count--;
        return item;
    }

    /// <summary>Inserts before the item now at <paramref name="index"/>.</summary>
    public void Insert(int index, in T item)
    {
        if (index <= Count / 2)
        {
            PushFront(item);
            for (int i = 0; i < index; i++)
            {
                this[i] = this[i + 1];
            }
        }
        else
        {
            PushBack(item);
            for (int i = Count - 1; i > index; i--)
            {
                this[i] = this[i - 1];
            }
        }

        this[index] = item;
    }

    public void Clear()
    {
        Array.Clear(_items);
        _head = 0;
        Count = 0;
    }

    private void Grow()
    {
        if (Count < _items.Length)
        {
            return;
        }

        T[] larger = new T[_items.Length * 2];
        int first = _items.Length - _head;
        Array.Copy(_items, _head, larger, 0, first);
        Array.Copy(_items, 0, larger, first, _head);
        _items = larger;
        _head = 0;
    }
}
