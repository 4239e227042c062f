namespace Amqp.FakeBroker;

/// <summary>An open channel at a moment. Immutable, safe to share.</summary>
/// <param name="Connection">The number of its connection.</param>
/// <param name="Number">The channel's number.</param>
/// <param name="Consumers">How many consumers it has.</param>
/// <param name="Unacknowledged">How many deliveries are unsettled.</param>
/// <param name="Prefetch">Prefetch for the consumers to come; 0 for no limit.</param>
/// <param name="GlobalPrefetch">Prefetch that its consumers share; 0 for no limit.</param>
/// <param name="IsConfirming">True after confirm.select.</param>
/// <param name="IsTransactional">True after tx.select.</param>
/// <param name="UncommittedMessages">Publishes that wait for tx.commit.</param>
public sealed record ChannelInfo(
    ulong Connection,
    ushort Number,
    int Consumers,
    int Unacknowledged,
    int Prefetch,
    int GlobalPrefetch,
    bool IsConfirming,
    bool IsTransactional,
    int UncommittedMessages);
