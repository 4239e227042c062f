using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Xunit;

namespace Amqp.Integration.Blocking;

/// <summary>The suite of what blocks, against a real RabbitMQ.</summary>
[Collection(RealBrokerCollection.Name)]
public sealed class RealBrokerBlocking(RealBrokerFixture broker) : BlockingSuite(broker);
