using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Xunit;

namespace Amqp.Integration.Blocking;

/// <summary>The suite of what blocks, against the fake broker over TCP.</summary>
[Collection(FakeBrokerCollection.Name)]
public sealed class FakeBrokerBlocking(FakeBrokerFixture broker) : BlockingSuite(broker);
