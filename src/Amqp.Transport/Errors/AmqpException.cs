namespace Amqp.Transport;

/// <summary>The base of every error that this library throws on its own account; cancellation stays
/// <see cref="OperationCanceledException"/>. No message ever holds a password.</summary>
public class AmqpException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="message">What went wrong, for people.</param>
    /// <param name="inner">What caused it, if anything did.</param>
    public AmqpException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
