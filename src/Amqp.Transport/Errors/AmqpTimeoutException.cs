namespace Amqp.Transport;

/// <summary>The broker did not answer in time. The connection lives on; a late answer is dropped.</summary>
public sealed class AmqpTimeoutException : AmqpException
{
    /// <summary>Makes an error.</summary>
    /// <param name="message">What was waited for, and for how long.</param>
    /// <param name="inner">What caused it, if anything did.</param>
    public AmqpTimeoutException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
