namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The next mandatory publishes reach no queue and are returned with 312 NO_ROUTE.
/// </summary>
/// <param name="Count">How many; 0 ends the fault.</param>
/// <param name="Exchange">Only those to this exchange; null for any.</param>
/// <param name="RoutingKey">Only those with this routing key; null for any.</param>
public sealed record ReturnPublishes(int Count, string? Exchange = null, string? RoutingKey = null) : BrokerFault;
