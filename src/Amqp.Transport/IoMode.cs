namespace Amqp.Transport;

/// <summary>Who reads a socket and runs handlers.</summary>
public enum IoMode
{
    /// <summary>Threads of their own for the first connections of a process, which cost far less per message; the
    /// thread pool for those beyond <see cref="SocketConnector.MaxThreadedConnections"/>, and for all streams that
    /// are no sockets.</summary>
    Auto,

    /// <summary>One thread for each connection reads and runs handlers. A handler that takes longer than about 20 ms is
    /// left to itself: another thread takes over the reading, and for a second handlers run on the thread
    /// pool.</summary>
    Threaded,

    /// <summary>The thread pool reads and runs handlers.</summary>
    Async,
}
