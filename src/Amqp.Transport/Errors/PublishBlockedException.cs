namespace Amqp.Transport;

/// <summary>A message was not published because the broker keeps the connection blocked, see
/// <see cref="BlockedPolicy"/>. Nothing was sent, so it may be published again once
/// <see cref="AmqpConnection.Unblocked"/> is raised.</summary>
public sealed class PublishBlockedException : AmqpException
{
    /// <summary>Makes an error.</summary>
    /// <param name="reason">The broker's reason.</param>
    public PublishBlockedException(string reason)
        : base($"The broker blocks publishing on this connection: {reason}")
    {
        Reason = reason;
    }

    /// <summary>The broker's reason, such as <c>low on memory</c>.</summary>
    public string Reason { get; }
}
