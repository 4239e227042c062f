namespace Amqp.Transport;

/// <summary>How a thread waits inside a call of a façade that blocks. There is one for each connection, and everything
/// that such a call waits for ends a wait through it. By default the thread sleeps until it is told; a simulation steps
/// its world instead, on the very thread that waits.</summary>
public abstract class BlockingPump
{
    /// <summary>Waits until something is so, or a time has passed. May be called by several threads.</summary>
    /// <param name="until">What is waited for. It is looked at before the wait, and after each <see cref="Pulse"/>; it
    /// must be cheap and must not call back.</param>
    /// <param name="limit">The longest wait; zero only looks, a negative one (<see cref="Timeout.InfiniteTimeSpan"/>)
    /// is without end.</param>
    /// <returns>Whether it is so; false when the time has passed.</returns>
    public abstract bool Wait(Func<bool> until, TimeSpan limit);

    /// <summary>Has all that wait look again. Thread-safe; called from the thread that reads the connection, so it must
    /// not block.</summary>
    public abstract void Pulse();
}
