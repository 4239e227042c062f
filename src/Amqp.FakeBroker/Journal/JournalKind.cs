namespace Amqp.FakeBroker.Journal;

/// <summary>What a <see cref="JournalEntry"/> tells.</summary>
public enum JournalKind
{
    /// <summary>A client opened a connection (connection.open succeeded).</summary>
    ConnectionOpened,

    /// <summary>The broker sent connection.close; the text is its reply text.</summary>
    ConnectionClosedByBroker,

    /// <summary>A connection is gone, for whatever reason.</summary>
    ConnectionEnded,

    /// <summary>A client opened a channel.</summary>
    ChannelOpened,

    /// <summary>The broker sent channel.close; the text is its reply text.</summary>
    ChannelClosedByBroker,

    /// <summary>A message was published and routed.</summary>
    Published,

    /// <summary>A message was published and reached no queue.</summary>
    Unroutable,

    /// <summary>A publish was refused with basic.nack.</summary>
    Nacked,

    /// <summary>A consumer was cancelled by the broker.</summary>
    ConsumerCancelled,

    /// <summary>A fault was set or happened.</summary>
    Fault,
}
