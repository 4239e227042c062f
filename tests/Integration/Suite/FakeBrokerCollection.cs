using Amqp.Integration.Brokers;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The tests that share the one fake broker.</summary>
[CollectionDefinition(Name)]
public sealed class FakeBrokerCollection : ICollectionFixture<FakeBrokerFixture>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "fake broker";
}
