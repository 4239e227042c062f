namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The next publishes on confirming channels are refused with basic.nack and reach no queue.
/// </summary>
/// <param name="Count">How many; 0 ends the fault.</param>
/// <param name="Exchange">Only those to this exchange; null for any.</param>
/// <param name="RoutingKey">Only those with this routing key; null for any.</param>
public sealed record NackPublishes(int Count, string? Exchange = null, string? RoutingKey = null) : BrokerFault;
