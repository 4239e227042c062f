using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Xunit;

namespace Amqp.Integration.Rpc;

/// <summary>Requests and replies against a real RabbitMQ.</summary>
[Collection(RealBrokerCollection.Name)]
public sealed class RealBrokerRpc(RealBrokerFixture broker) : RpcSuite(broker);
