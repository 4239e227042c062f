using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Xunit;

namespace Amqp.Integration.Facades;

/// <summary>All kinds of connection against a real RabbitMQ over TLS.</summary>
[Collection(SecureNodeCollection.Name)]
public sealed class SecureNodeFacades(SecureNodeFixture broker) : FacadeSuite(broker);
