using Amqp.Integration.Brokers;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The tests that share the one real RabbitMQ.</summary>
[CollectionDefinition(Name)]
public sealed class RealBrokerCollection : ICollectionFixture<RealBrokerFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "real RabbitMQ";
}
