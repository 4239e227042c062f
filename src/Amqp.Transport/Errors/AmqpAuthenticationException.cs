using Amqp.Engine.Events;

namespace Amqp.Transport;

/// <summary>The broker refused the login: wrong user or password, or no common mechanism.
/// Trying again, or elsewhere, does not help.</summary>
public sealed class AmqpAuthenticationException : AmqpConnectionClosedException
{
    /// <summary>Makes an error from the reason that the engine recorded.</summary>
    /// <param name="reason">Why the connection ended.</param>
    /// <param name="inner">The I/O error behind it, if there was one.</param>
    public AmqpAuthenticationException(SessionEnd reason, Exception? inner = null)
        : base(reason, inner)
    {
    }
}
