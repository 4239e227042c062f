namespace Amqp.FakeBroker;

/// <summary>
/// How many messages went in and out of a queue, or of all queues, since it was declared. Immutable, safe to share.
/// </summary>
/// <param name="Published">Messages the queue took, dead letters included.</param>
/// <param name="Delivered">Deliveries to consumers that acknowledge.</param>
/// <param name="DeliveredNoAck">Deliveries to consumers that do not.</param>
/// <param name="Got">Messages taken by basic.get that have to be acknowledged.</param>
/// <param name="GotNoAck">Messages taken by basic.get that do not.</param>
/// <param name="GotNothing">Calls of basic.get that found the queue empty.</param>
/// <param name="Redelivered">Those of the deliveries and gets that were marked as redelivered.</param>
/// <param name="Acknowledged">Acknowledgements of messages.</param>
public readonly record struct MessageCounts(
    long Published,
    long Delivered,
    long DeliveredNoAck,
    long Got,
    long GotNoAck,
    long GotNothing,
    long Redelivered,
    long Acknowledged)
{
    /// <summary>Everything that left towards a client: deliveries and gets.</summary>
    public long DeliveredOrGot => Delivered + DeliveredNoAck + Got + GotNoAck;

    internal MessageCounts Plus(in MessageCounts other) => new(
        Published + other.Published,
        Delivered + other.Delivered,
        DeliveredNoAck + other.DeliveredNoAck,
        Got + other.Got,
        GotNoAck + other.GotNoAck,
        GotNothing + other.GotNothing,
        Redelivered + other.Redelivered,
        Acknowledged + other.Acknowledged);
}
