using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Links;

/// <summary>A clock jumps, as after a pause of the machine; back as well as forth.</summary>
/// <param name="OfBroker">True for the broker's clock, false for the client's.</param>
/// <param name="By">How far; negative to go back.</param>
public sealed record StepClock(bool OfBroker, TimeSpan By) : BrokerFault;
