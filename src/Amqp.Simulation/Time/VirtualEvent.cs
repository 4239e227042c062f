namespace Amqp.Simulation.Time;

/// <summary>Something that is due on a <see cref="VirtualTimeProvider"/>. Guarded by its clock's lock.</summary>
internal class VirtualEvent(Action? action)
{
    public static IComparer<VirtualEvent> Order { get; } = Comparer<VirtualEvent>.Create(
        static (left, right) => left.Due != right.Due
            ? left.Due.CompareTo(right.Due)
            : left.Sequence.CompareTo(right.Sequence));

    public long Due { get; set; }

    public long Sequence { get; set; } = -1;

    /// <summary>Under the lock, when the event was taken out: a periodic one arms itself again.</summary>
    public virtual void OnTaken()
    {
    }

    /// <summary>Outside the lock.</summary>
    public virtual void Fire() => action!();
}
