namespace Amqp.FakeBroker;

/// <content>How much of what happened is kept.</content>
public sealed partial record BrokerOptions
{
    /// <summary>
    /// How many published messages, and how many other events, are kept for assertions and the journal, at least 0;
    /// the oldest go first. Default 10000.
    /// </summary>
    public int JournalLength { get; init; } = 10_000;

    /// <summary>How many octets of published messages, headers included, are kept at most. Default 64 MiB.</summary>
    public long JournalOctets { get; init; } = 64 * 1024 * 1024;
}
