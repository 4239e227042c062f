namespace Amqp.Transport;

/// <summary>A mandatory publish on a confirming channel reached no queue: the broker returned it, then confirmed
/// it.</summary>
public sealed class PublishReturnedException : AmqpException
{
    /// <summary>Makes an error.</summary>
    /// <param name="sequenceNumber">The publish, counted from 1 on its channel.</param>
    /// <param name="message">What the broker returned.</param>
    public PublishReturnedException(ulong sequenceNumber, ReturnedMessage message)
        : base($"The broker returned publish {sequenceNumber} to exchange '{message.Exchange}' with routing key "
            + $"'{message.RoutingKey}': {(ushort)message.ReplyCode} {message.ReplyText}.")
    {
        SequenceNumber = sequenceNumber;
        Returned = message;
    }

    /// <summary>The publish, counted from 1 on its channel.</summary>
    public ulong SequenceNumber { get; }

    /// <summary>What the broker returned.</summary>
    public ReturnedMessage Returned { get; }
}
