using Amqp.Integration.Brokers;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The behavioural suite against the fake broker over TLS, read by the thread pool.</summary>
[Collection(SecureFakeBrokerCollection.Name)]
public sealed class SecureFakeBrokerAsyncBehaviour(SecureFakeBrokerFixture broker)
    : BehaviourSuite(broker, IoMode.Async);
