namespace Amqp.FakeBroker.Faults;

/// <summary>
/// No publisher confirm is sent until <see cref="ResumeConfirms"/>; they are kept.
/// </summary>
public sealed record StopConfirms() : BrokerFault;
