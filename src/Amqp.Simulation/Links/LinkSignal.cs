using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Links;

/// <summary>Something a link has to do at a time.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Direction">For which direction.</param>
public readonly record struct LinkSignal(LinkSignalKind Kind, LinkDirection Direction);
