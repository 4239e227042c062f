using Amqp.Engine.Events;

namespace Amqp.Transport;

/// <summary>The broker kept the connection blocked for longer than
/// <see cref="AmqpConnectionOptions.BlockedTimeout"/>.</summary>
public sealed class AmqpBlockedException : AmqpConnectionClosedException
{
    /// <summary>Makes an error from the reason that the engine recorded.</summary>
    /// <param name="reason">Why the connection ended.</param>
    /// <param name="inner">The I/O error behind it, if there was one.</param>
    public AmqpBlockedException(SessionEnd reason, Exception? inner = null)
        : base(reason, inner)
    {
    }
}
