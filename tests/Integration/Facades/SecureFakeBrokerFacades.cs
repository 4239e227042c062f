using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Xunit;

namespace Amqp.Integration.Facades;

/// <summary>All kinds of connection against the fake broker over TLS.</summary>
[Collection(SecureFakeBrokerCollection.Name)]
public sealed class SecureFakeBrokerFacades(SecureFakeBrokerFixture broker) : FacadeSuite(broker);
