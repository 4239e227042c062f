using Amqp.Integration.Brokers;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The behavioural suite against a real RabbitMQ, with sockets that the thread pool reads.</summary>
[Collection(RealBrokerCollection.Name)]
public sealed class RealBrokerAsyncBehaviour(RealBrokerFixture broker) : BehaviourSuite(broker, IoMode.Async);
