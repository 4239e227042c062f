using Amqp.Integration.Brokers;
using Amqp.Transport;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The behavioural suite against the fake broker over TLS, with a thread for each connection.</summary>
[Collection(SecureFakeBrokerCollection.Name)]
public sealed class SecureFakeBrokerBehaviour(SecureFakeBrokerFixture broker) : BehaviourSuite(broker, IoMode.Threaded);
