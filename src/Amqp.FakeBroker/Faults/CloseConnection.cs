namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The broker closes a connection with connection.close, as an operator does.
/// </summary>
/// <param name="Connection">The connection's number, or null for every one.</param>
/// <param name="Reason">Goes into the reply text: "CONNECTION_FORCED - REASON".</param>
public sealed record CloseConnection(ulong? Connection, string Reason) : BrokerFault;
