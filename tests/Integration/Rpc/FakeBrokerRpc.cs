using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Xunit;

namespace Amqp.Integration.Rpc;

/// <summary>Requests and replies against the fake broker over TCP.</summary>
[Collection(FakeBrokerCollection.Name)]
public sealed class FakeBrokerRpc(FakeBrokerFixture broker) : RpcSuite(broker);
