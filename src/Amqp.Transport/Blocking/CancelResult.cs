namespace Amqp.Transport;

/// <summary>What became of the messages that a cancelled consumer had received and not handled.</summary>
/// <param name="Requeued">How many went back into their queue.</param>
/// <param name="Undelivered">The messages of a consumer without acknowledgements: the broker has forgotten them, so
/// they are the caller's now. Empty for every other consumer.</param>
public sealed record CancelResult(int Requeued, IReadOnlyList<Delivery> Undelivered);
