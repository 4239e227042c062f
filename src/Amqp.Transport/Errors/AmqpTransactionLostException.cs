namespace Amqp.Transport;

/// <summary>The connection was recovered within a transaction. Nothing of what was published and acknowledged in it
/// before took effect, and it was rolled back as a whole.</summary>
public sealed class AmqpTransactionLostException : AmqpException
{
    /// <summary>Makes an error.</summary>
    public AmqpTransactionLostException()
        : base("The connection was recovered since the transaction began; nothing of it was committed.")
    {
    }
}
