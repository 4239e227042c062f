using Amqp.Integration.Brokers;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The tests that share the one real RabbitMQ over TLS.</summary>
[CollectionDefinition(Name)]
public sealed class SecureNodeCollection : ICollectionFixture<SecureNodeFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "secure node";
}
