namespace Amqp.FakeBroker.Model;

/// <summary>The exchange types a fresh RabbitMQ knows.</summary>
internal enum ExchangeKind
{
    Direct,
    Fanout,
    Topic,
    Headers,
}
