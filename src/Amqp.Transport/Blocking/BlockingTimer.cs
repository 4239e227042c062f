namespace Amqp.Transport;

/// <summary>A callback that is due later, see <see cref="BlockingConnection.CallLater"/>.</summary>
public sealed class BlockingTimer
{
    internal BlockingTimer(Action callback) => Callback = callback;

    internal Action? Callback { get; set; }

    /// <summary>Whether the callback is still to come: it was neither called nor removed.</summary>
    public bool IsPending => Callback is not null;
}
