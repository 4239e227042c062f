using Amqp.Integration.Brokers;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The behavioural suite against the fake broker over TCP, with sockets that the thread pool reads.</summary>
[Collection(FakeBrokerCollection.Name)]
public sealed class FakeBrokerAsyncBehaviour(FakeBrokerFixture broker) : BehaviourSuite(broker, IoMode.Async);
