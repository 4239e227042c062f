namespace Amqp.FakeBroker;

/// <summary>What happened to a message.</summary>
public enum BrokerEventKind
{
    /// <summary>A publish was accepted and routed; one event for each publish.</summary>
    Published,

    /// <summary>A publish reached no queue.</summary>
    Unroutable,

    /// <summary>A queue took a message.</summary>
    Enqueued,

    /// <summary>A full queue refused a message (reject-publish).</summary>
    Refused,

    /// <summary>A message left a queue for a client.</summary>
    Delivered,

    /// <summary>A client acknowledged a message, or took it without having to.</summary>
    Acknowledged,

    /// <summary>A message came back to its queue.</summary>
    Requeued,

    /// <summary>A message died and went to the queue's dead-letter exchange; the reason is that of x-death.</summary>
    DeadLettered,

    /// <summary>
    /// A message is gone: expired, maxlen, rejected, delivery_limit, purged, deleted (with its queue), transient (at a
    /// restart).
    /// </summary>
    Dropped,

    /// <summary>The publisher was told that its publish is taken care of.</summary>
    Confirmed,

    /// <summary>The publisher was told that its publish was refused.</summary>
    Nacked,
}
