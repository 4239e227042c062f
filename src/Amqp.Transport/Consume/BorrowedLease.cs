namespace Amqp.Transport.Consume;

/// <summary>The one message that a borrowing consumer handles at a time. Its version tells a delivery that was kept too
/// long.</summary>
internal sealed class BorrowedLease(AmqpConsumer consumer)
{
    public AmqpConsumer Consumer { get; } = consumer;

    public DispatchItem Item { get; private set; }

    public int Version { get; private set; }

    public bool IsSettled { get; set; }

    public BorrowedDelivery Open(in DispatchItem item)
    {
        Item = item;
        IsSettled = false;
        return new BorrowedDelivery(this, Version);
    }

    public void Close()
    {
        Version++;
        if (Item.Slab is { } slab)
        {
            Consumer.Channel.Pump.Bodies.Return(slab);
        }

        Item = default;
    }
}
