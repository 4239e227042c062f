using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Xunit;

namespace Amqp.Integration.Facades;

/// <summary>All kinds of connection against the fake broker over TCP.</summary>
[Collection(FakeBrokerCollection.Name)]
public sealed class FakeBrokerFacades(FakeBrokerFixture broker) : FacadeSuite(broker);
