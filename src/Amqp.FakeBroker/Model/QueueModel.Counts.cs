namespace Amqp.FakeBroker.Model;

/// <content>What the management API counts of a queue.</content>
internal partial class QueueModel
{
    private MessageCounts _counts;

    public MessageCounts Counts => _counts;

    protected void CountPublish() => _counts = _counts with { Published = _counts.Published + 1 };

    protected void CountAcknowledgement() => _counts = _counts with { Acknowledged = _counts.Acknowledged + 1 };

    protected void CountDelivery(bool noAck, bool isRedelivered) => _counts = _counts with
    {
        Delivered = _counts.Delivered + (noAck ? 0 : 1),
        DeliveredNoAck = _counts.DeliveredNoAck + (noAck ? 1 : 0),
        Redelivered = _counts.Redelivered + (isRedelivered ? 1 : 0),
    };

    protected void CountGet(bool noAck, bool isRedelivered) => _counts = _counts with
    {
        Got = _counts.Got + (noAck ? 0 : 1),
        GotNoAck = _counts.GotNoAck + (noAck ? 1 : 0),
        Redelivered = _counts.Redelivered + (isRedelivered ? 1 : 0),
    };

    private void CountEmptyGet() => _counts = _counts with { GotNothing = _counts.GotNothing + 1 };
}
