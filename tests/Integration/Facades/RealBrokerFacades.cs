using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Xunit;

namespace Amqp.Integration.Facades;

/// <summary>All kinds of connection against a real RabbitMQ.</summary>
[Collection(RealBrokerCollection.Name)]
public sealed class RealBrokerFacades(RealBrokerFixture broker) : FacadeSuite(broker);
