namespace Amqp.FakeBroker.Model;

/// <summary>
/// One open channel: its consumers, unsettled deliveries, prefetch limits, confirm or transaction state.
/// </summary>
internal sealed class ChannelModel(BrokerConnection session, ushort number)
{
    public BrokerConnection Session { get; } = session;

    public ushort Number { get; } = number;

    /// <summary>
    /// True from the broker's channel.close until the peer's close-ok; meanwhile everything else is ignored.
    /// </summary>
    public bool IsClosing { get; set; }

    public InboundContent Content { get; } = new();

    /// <summary>The queue last declared here: what an empty queue name stands for.</summary>
    public string? LastQueue { get; set; }

    public ulong NextDeliveryTag { get; set; } = 1;

    public UnackedLedger Unacked { get; } = new();

    /// <summary>Consumers in the order they were made.</summary>
    public List<ConsumerModel> Consumers { get; } = [];

    /// <summary>Consumers that prefetch limits keep out of their queues' rotation, in the order it happened.</summary>
    public List<ConsumerModel> Blocked { get; } = [];

    /// <summary>Scratch of one wake-up; empty between inputs.</summary>
    public List<ConsumerModel> Woken { get; } = [];

    /// <summary>Those of them that got something and are kept out again; empty between inputs.</summary>
    public List<ConsumerModel> Served { get; } = [];

    /// <summary>Prefetch for consumers made from now on; 0 is no limit.</summary>
    public int Prefetch { get; set; }

    /// <summary>Prefetch shared by all consumers of the channel; 0 is no limit.</summary>
    public int GlobalPrefetch { get; set; }

    /// <summary>Deliveries to consumers (not by basic.get) that are unsettled.</summary>
    public int GlobalUnacked { get; set; }

    public bool HasGlobalRoom => GlobalPrefetch == 0 || GlobalUnacked < GlobalPrefetch;

    public bool IsConfirming { get; set; }

    /// <summary>Sequence number of the last publish since confirm.select.</summary>
    public ulong LastPublish { get; set; }

    /// <summary>First publish taken but not acknowledged to the publisher yet; 0 when there is none.</summary>
    public ulong FirstUnconfirmed { get; set; }

    public TransactionModel? Transaction { get; set; }

    /// <summary>Consumer of direct replies, if the channel has one.</summary>
    public string? ReplyConsumerTag { get; set; }

    /// <summary>The address that stands for the consumer of direct replies.</summary>
    public string? ReplyAddress { get; set; }

    public ConsumerModel? FindConsumer(string tag)
    {
        foreach (ConsumerModel consumer in Consumers)
        {
            if (consumer.Tag == tag)
            {
                return consumer;
            }
        }

        return null;
    }
}
