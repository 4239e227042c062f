namespace Amqp.FakeBroker.Model;

/// <summary>
/// One open channel: its consumers, unsettled deliveries, prefetch limits, confirm or transaction state.
/// </summary>
internal sealed class ChannelModel(BrokerConnection session, ushort number)
{
    /// <summary>What counts towards the shared prefetch.</summary>
    private int _globalUnacked;

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
    public int GlobalPrefetch { get; private set; }

    public bool HasGlobalRoom => GlobalPrefetch == 0 || _globalUnacked < GlobalPrefetch;

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

    /// <summary>
    /// Sets the prefetch that consumers share. When there was none, all that is unsettled counts, and what came by
    /// basic.get then counts for good (measured: RabbitMQ's limiter hears only of consumers' settlements).
    /// </summary>
    public void SharePrefetch(int prefetch)
    {
        _globalUnacked = prefetch == 0 ? 0 : GlobalPrefetch == 0 ? Unacked.Count : _globalUnacked;
        GlobalPrefetch = prefetch;
    }

    /// <summary>A consumer got a delivery that it has to acknowledge.</summary>
    public void TakeGlobalRoom() => _globalUnacked += GlobalPrefetch > 0 ? 1 : 0;

    /// <summary>A delivery to a consumer was settled.</summary>
    public void FreeGlobalRoom() => _globalUnacked = Math.Max(0, _globalUnacked - 1);

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
