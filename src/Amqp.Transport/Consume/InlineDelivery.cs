using Amqp.Engine.Spec;
using Amqp.Transport.Drive;

namespace Amqp.Transport;

/// <summary>A message as it lies in the receive buffer. The compiler keeps it from outliving its handler.</summary>
public readonly ref struct InlineDelivery
{
    private readonly ref readonly InlineItem _item;
    private readonly ref bool _settled;

    internal InlineDelivery(ref readonly InlineItem item, ref bool settled)
    {
        _item = ref item;
        _settled = ref settled;
    }

    /// <summary>The channel that it came on, and must be settled on.</summary>
    public AmqpChannel Channel => _item.Consumer.Channel;

    /// <summary>The consumer that it is for.</summary>
    public string ConsumerTag => _item.Consumer.ConsumerTag;

    /// <summary>The tag to settle it by, counted from 1 on its channel.</summary>
    public ulong DeliveryTag => _item.DeliveryTag;

    /// <summary>Whether the broker may have delivered it before.</summary>
    public bool Redelivered => _item.Redelivered;

    /// <summary>The exchange that it was published to.</summary>
    public string Exchange => _item.Exchange;

    /// <summary>The routing key that it was published with.</summary>
    public string RoutingKey => _item.RoutingKey;

    /// <summary>Its properties, which may be kept.</summary>
    public BasicProperties Properties => _item.Properties;

    /// <summary>Its body.</summary>
    public ReadOnlySpan<byte> Body => _item.Body.Span;

    /// <summary>Settles it: it was handled. Does not wait.</summary>
    /// <param name="multiple">Whether all earlier ones of the channel are settled too.</param>
    /// <returns>False when the channel has closed meanwhile.</returns>
    public bool Ack(bool multiple = false)
    {
        if (Channel.CheckSettling(DeliveryTag, _settled, _item.Consumer.Options.NoAck) is not null)
        {
            return false;
        }

        _settled = true;
        return Channel.Settle(Settlement.Ack, DeliveryTag, multiple, requeue: false) is null;
    }

    /// <summary>Refuses it. Does not wait.</summary>
    /// <param name="requeue">Whether it goes back into its queue.</param>
    /// <param name="multiple">Whether all earlier ones of the channel are refused too.</param>
    /// <returns>False when the channel has closed meanwhile.</returns>
    public bool Nack(bool requeue = true, bool multiple = false)
    {
        if (Channel.CheckSettling(DeliveryTag, _settled, _item.Consumer.Options.NoAck) is not null)
        {
            return false;
        }

        _settled = true;
        return Channel.Settle(Settlement.Nack, DeliveryTag, multiple, requeue) is null;
    }
}
