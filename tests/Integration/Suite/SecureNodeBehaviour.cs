using Amqp.Integration.Brokers;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The behavioural suite against a real RabbitMQ over TLS, with a thread for each connection.</summary>
[Collection(SecureNodeCollection.Name)]
public sealed class SecureNodeBehaviour(SecureNodeFixture broker) : BehaviourSuite(broker, IoMode.Threaded);
