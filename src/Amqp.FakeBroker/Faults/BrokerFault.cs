namespace Amqp.FakeBroker.Faults;

/// <summary>
/// Something that goes wrong at the broker, as data. One vocabulary serves scenarios, tests and the control plane;
/// <see cref="InMemoryBroker.Inject"/> makes it happen. Immutable, safe to share.
/// </summary>
public abstract record BrokerFault;
