using Amqp.Transport.Publish;

namespace Amqp.Transport;

// What could not be settled is handed back.
public sealed partial class AmqpChannel
{
    private readonly List<UnsettledPublish> _notSettled = [];
    private IReadOnlyList<UnsettledPublish> _unsettledMessages = [];

    /// <summary>The messages that were published on this channel and neither confirmed nor refused when it closed for
    /// good, in the order of publishing, to be published elsewhere or kept for later; empty while it is open. Their
    /// tasks have failed, except of those that were set aside by a <see cref="BlockedPolicy"/>. A publish that its
    /// caller gave up is not listed.</summary>
    /// <remarks>Messages that were sent are listed on confirming channels of a connection that recovers and has
    /// <see cref="AmqpRecoveryOptions.Republish"/>, since only that one keeps them; messages that waited to be sent are
    /// listed always. Without confirms it is not known what became of what was sent, and nothing of it is
    /// listed. Bodies are copied when the channel closes.</remarks>
    public IReadOnlyList<UnsettledPublish> Unsettled => Volatile.Read(ref _unsettledMessages);

    // The caller of a publish may use the memory of its body again once its task has failed. The gate is held.
    private void NoteUnsettled(PublishSource source, bool wasSent) =>
        _notSettled.Add(new UnsettledPublish(
            new OutgoingMessage(
                source.Exchange,
                source.RoutingKey,
                source.IsDetached ? source.Body : source.Body.ToArray(),
                source.Properties,
                source.Mandatory),
            wasSent));

    private void ListNotSettled() => Volatile.Write(ref _unsettledMessages, _notSettled);
}
