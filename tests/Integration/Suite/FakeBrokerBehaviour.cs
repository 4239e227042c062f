using Amqp.Integration.Brokers;
using Xunit;

namespace Amqp.Integration.Suite;

/// <summary>The behavioural suite against the fake broker over TCP.</summary>
[Collection(FakeBrokerCollection.Name)]
public sealed class FakeBrokerBehaviour(FakeBrokerFixture broker) : BehaviourSuite(broker);
