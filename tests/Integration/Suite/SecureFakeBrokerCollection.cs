using Amqp.Integration.Brokers;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The tests that share the one fake broker over TLS.</summary>
[CollectionDefinition(Name)]
public sealed class SecureFakeBrokerCollection : ICollectionFixture<SecureFakeBrokerFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "secure fake broker";
}
