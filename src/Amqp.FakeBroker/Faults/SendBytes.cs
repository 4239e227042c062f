namespace Amqp.FakeBroker.Faults;

/// <summary>
/// The broker sends bytes that belong to no frame of its own: a hostile or broken peer.
/// </summary>
/// <param name="Connection">The connection's number, or null for every one.</param>
/// <param name="Bytes">What is sent, as it is.</param>
public sealed record SendBytes(ulong? Connection, ReadOnlyMemory<byte> Bytes) : BrokerFault;
