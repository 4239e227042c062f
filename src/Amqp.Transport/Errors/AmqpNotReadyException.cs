namespace Amqp.Transport;

/// <summary>The connection is being recovered, and it is not waited for: nothing was sent. What publishing does then is
/// up to <see cref="AmqpRecoveryOptions.WhenRecovering"/>.</summary>
public sealed class AmqpNotReadyException : AmqpException
{
    /// <summary>Makes an error.</summary>
    public AmqpNotReadyException()
        : base("The connection is being recovered; nothing was sent.")
    {
    }
}
