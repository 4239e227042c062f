namespace Amqp.Transport;

/// <summary>The caller asked for something that cannot be done: a wrong state or an argument that does not fit the
/// wire. Nothing was sent, and the connection and the channel live on.</summary>
public sealed class AmqpMisuseException : AmqpException
{
    /// <summary>Makes an error.</summary>
    /// <param name="message">What was wrong with the request.</param>
    public AmqpMisuseException(string message)
        : base(message)
    {
    }
}
