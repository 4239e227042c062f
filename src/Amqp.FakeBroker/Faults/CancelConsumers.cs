namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The broker cancels consumers of a queue, as when its leader is lost: basic.cancel to clients that can take it.
/// </summary>
/// <param name="VirtualHost">Where the queue is.</param>
/// <param name="Queue">The queue.</param>
/// <param name="ConsumerTag">Only the consumers with this tag; null for all.</param>
public sealed record CancelConsumers(string VirtualHost, string Queue, string? ConsumerTag = null) : BrokerFault;
