namespace Amqp.FakeBroker.Model;

/// <summary>The queue types of RabbitMQ.</summary>
internal enum QueueKind
{
    Classic,
    Quorum,
    Stream,
}
