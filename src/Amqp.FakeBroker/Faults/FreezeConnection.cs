namespace Amqp.FakeBroker.Faults;

/// <summary>
/// A connection stands still: the broker neither reads nor writes, and nothing is lost. It ends with
/// <see cref="ThawConnection"/>.
/// </summary>
/// <param name="Connection">The connection's number, or null for every one.</param>
public sealed record FreezeConnection(ulong? Connection) : BrokerFault;
