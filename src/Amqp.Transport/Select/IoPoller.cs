using System.Net.Sockets;

namespace Amqp.Transport;

/// <summary>What an <see cref="IoLoop"/> waits with. There is one for each loop; a simulation brings its own, which
/// steps its world instead of waiting.</summary>
public abstract class IoPoller : IDisposable
{
    /// <summary>Waits until a socket is ready, or it is woken, or a time has passed.</summary>
    /// <param name="watched">The sockets, and what each is watched for.</param>
    /// <param name="limit">The longest wait; zero only looks.</param>
    /// <param name="ready">Takes those that are ready, and for what.</param>
    public abstract void Poll(
        IReadOnlyDictionary<Socket, IoEvents> watched, TimeSpan limit, List<(Socket Socket, IoEvents Events)> ready);

    /// <summary>Ends a wait, or the next one if none is on. From any thread.</summary>
    public abstract void Wake();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives back what it holds.</summary>
    /// <param name="disposing">Whether it was asked for.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
