using Amqp.Engine.Events;

namespace Amqp.Transport;

/// <summary>Nothing was received for two heartbeat intervals, so the peer or the network is taken for dead.</summary>
public sealed class AmqpHeartbeatException : AmqpConnectionClosedException
{
    /// <summary>Makes an error from the reason that the engine recorded.</summary>
    /// <param name="reason">Why the connection ended.</param>
    /// <param name="inner">The I/O error behind it, if there was one.</param>
    public AmqpHeartbeatException(SessionEnd reason, Exception? inner = null)
        : base(reason, inner)
    {
    }
}
