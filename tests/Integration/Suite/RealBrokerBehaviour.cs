using Amqp.Integration.Brokers;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The behavioural suite against a real RabbitMQ.</summary>
[Collection(RealBrokerCollection.Name)]
public sealed class RealBrokerBehaviour(RealBrokerFixture broker) : BehaviourSuite(broker);
