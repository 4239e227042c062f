namespace Amqp.FakeBroker.Faults;

/// <summary>
/// Every publisher confirm is sent later, as with a slow disk.
/// </summary>
/// <param name="Delay">How much later; zero ends the fault.</param>
public sealed record SlowConfirms(TimeSpan Delay) : BrokerFault;
