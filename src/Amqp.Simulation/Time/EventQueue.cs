using System.Diagnostics.CodeAnalysis;
using Amqp.Engine.Base;

namespace Amqp.Simulation.Time;

/// <summary>
/// What happens next in a simulated world: items ordered by the time they are due and, within one instant, by the order
/// in which they were added.
/// </summary>
/// <remarks>
/// The sequence number makes the order total, so two runs of one scenario take the items in the same order whatever the
/// heap does with equal keys. Not thread-safe.
/// </remarks>
/// <typeparam name="T">The item.</typeparam>
public sealed class EventQueue<T>
{
    private readonly PriorityQueue<T, (long Ticks, long Sequence)> _heap = new();
    private long _sequence;

    /// <summary>How many items wait.</summary>
    public int Count => _heap.Count;

    /// <summary>When the first item is due, or <see cref="MonoTime.Never"/> when the queue is empty.</summary>
    public MonoTime NextAt =>
        _heap.TryPeek(out _, out var key) ? new MonoTime(key.Ticks) : MonoTime.Never;

    /// <summary>Adds <paramref name="item"/>, due at <paramref name="at"/>, behind all items due at the same
    /// time.</summary>
    /// <param name="at">When the item is due.</param>
    /// <param name="item">The item.</param>
    public void Add(MonoTime at, T item) => _heap.Enqueue(item, (at.Ticks, _sequence++));

    /// <summary>Takes the first item.</summary>
    /// <param name="at">When it is due.</param>
    /// <param name="item">The item.</param>
    /// <returns>False when the queue is empty.</returns>
    public bool TryTake(out MonoTime at, [MaybeNullWhen(false)] out T item)
    {
        if (_heap.TryDequeue(out item, out var key))
        {
            at = new MonoTime(key.Ticks);
            return true;
        }

        at = MonoTime.Never;
        return false;
    }
}
