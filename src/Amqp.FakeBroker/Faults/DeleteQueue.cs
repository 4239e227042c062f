namespace Amqp.FakeBroker.Faults;

/// <summary>
/// A queue is deleted under its consumers.
/// </summary>
/// <param name="VirtualHost">Where the queue is.</param>
/// <param name="Queue">The queue.</param>
public sealed record DeleteQueue(string VirtualHost, string Queue) : BrokerFault;
