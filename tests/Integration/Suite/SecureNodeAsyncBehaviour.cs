using Amqp.Integration.Brokers;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The behavioural suite against a real RabbitMQ over TLS, read by the thread pool.</summary>
[Collection(SecureNodeCollection.Name)]
public sealed class SecureNodeAsyncBehaviour(SecureNodeFixture broker) : BehaviourSuite(broker, IoMode.Async);
