using Amqp.Engine.Events;

namespace Amqp.Transport;

/// <summary>The broker refused the virtual host: it does not exist, or the user may not use it.</summary>
public sealed class AmqpVirtualHostException : AmqpConnectionClosedException
{
    /// <summary>Makes an error from the reason that the engine recorded.</summary>
    /// <param name="reason">Why the connection ended.</param>
    /// <param name="inner">The I/O error behind it, if there was one.</param>
    public AmqpVirtualHostException(SessionEnd reason, Exception? inner = null)
        : base(reason, inner)
    {
    }
}
