namespace Amqp.Engine.Events;

/// <summary>First in, first out, of plain structs that are reused: an event costs no allocation once the ring has
/// grown to the largest batch that one input made.</summary>
internal sealed class EventRing
{
    private EventSlot[] _slots = new EventSlot[16];
    private int _head;

    public int Count { get; private set; }

    /// <summary>Appends an empty event and lends its place, to be filled at once.</summary>
    public ref EventSlot Add(EventKind kind, ushort channel)
    {
        if (Count == _slots.Length)
        {
            Grow();
        }

        ref EventSlot slot = ref _slots[(_head + Count) & (_slots.Length - 1)];
        Count++;
        slot = default;
        slot.Kind = kind;
        slot.Channel = channel;
        return ref slot;
    }

    /// <summary>Takes the oldest event; the place stays valid until the next <see cref="Add"/>.</summary>
    public ref readonly EventSlot Take()
    {
        ref EventSlot slot = ref _slots[_head];
        _head = (_head + 1) & (_slots.Length - 1);
        Count--;
        return ref slot;
    }

    private void Grow()
    {
        var larger = new EventSlot[_slots.Length * 2];
        for (int i = 0; i < Count; i++)
        {
            larger[i] = _slots[(_head + i) & (_slots.Length - 1)];
        }

        _slots = larger;
        _head = 0;
    }
}
