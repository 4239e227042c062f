namespace Amqp.Transport;

/// <summary>The broker answered a publish with <c>basic.nack</c>: it did not take responsibility for the
/// message.</summary>
public sealed class PublishNackedException : AmqpException
{
    /// <summary>Makes an error.</summary>
    /// <param name="sequenceNumber">The publish, counted from 1 on its channel.</param>
    public PublishNackedException(ulong sequenceNumber)
        : base($"The broker refused publish {sequenceNumber} (basic.nack).")
    {
        SequenceNumber = sequenceNumber;
    }

    /// <summary>The publish, counted from 1 on its channel.</summary>
    public ulong SequenceNumber { get; }
}
