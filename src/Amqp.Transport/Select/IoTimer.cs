namespace Amqp.Transport;

/// <summary>A callback that an <see cref="IoLoop"/> runs later.</summary>
public sealed class IoTimer
{
    internal IoTimer(Action callback) => Callback = callback;

    internal Action? Callback { get; set; }

    /// <summary>Whether the callback is still to come: it was neither called nor removed.</summary>
    public bool IsPending => Callback is not null;
}
