namespace Amqp.Transport;

/// <summary>The delivery came before the connection was recovered. Its acknowledgement was not sent, since its tag
/// means nothing on the new connection, or another message; the broker delivers the message again.</summary>
public sealed class AmqpStaleDeliveryException : AmqpException
{
    /// <summary>Makes an error.</summary>
    public AmqpStaleDeliveryException()
        : base("The delivery is from before the connection was recovered; the broker delivers the message again.")
    {
    }
}
