namespace Amqp.FakeBroker;

/// <summary>One step in the life of a message. Immutable, safe to share.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Message">The broker's number for the message, from 1 in the order of publishing.</param>
/// <param name="VirtualHost">The virtual host it happened on.</param>
/// <param name="Queue">The queue it happened in; for a publish, the exchange; empty where there is neither.</param>
/// <param name="Reason">
/// Why a message died or was dropped, "to the end" for one that lost its place in coming back; null otherwise.
/// </param>
/// <param name="Letter">The number of the dead letter that a dead message became; 0 otherwise.</param>
public readonly record struct BrokerEvent(
    BrokerEventKind Kind,
    ulong Message,
    string VirtualHost,
    string Queue,
    string? Reason,
    ulong Letter = 0);
