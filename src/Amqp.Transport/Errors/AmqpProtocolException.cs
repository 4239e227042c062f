using Amqp.Engine.Events;

namespace Amqp.Transport;

/// <summary>The peer broke the protocol, or speaks another one. The fitting close was sent.</summary>
public sealed class AmqpProtocolException : AmqpConnectionClosedException
{
    /// <summary>Makes an error from the reason that the engine recorded.</summary>
    /// <param name="reason">Why the connection ended.</param>
    /// <param name="inner">The I/O error behind it, if there was one.</param>
    public AmqpProtocolException(SessionEnd reason, Exception? inner = null)
        : base(reason, inner)
    {
    }
}
