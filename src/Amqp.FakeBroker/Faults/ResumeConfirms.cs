namespace Amqp.FakeBroker.Faults;

/// <summary>
/// Confirms that were held back are sent, and later ones are not held.
/// </summary>
public sealed record ResumeConfirms() : BrokerFault;
