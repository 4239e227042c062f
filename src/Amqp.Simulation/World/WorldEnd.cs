using Amqp.FakeBroker;

namespace Amqp.Simulation.World;

/// <summary>What auditors may look at when a run is over.</summary>
/// <param name="Broker">The broker, with every connection of a closed session ended.</param>
/// <param name="Connections">All connections there were.</param>
/// <param name="IsStuck">Whether the run ended because nothing got on.</param>
internal sealed record WorldEnd(BrokerCore Broker, IReadOnlyList<SimConnection> Connections, bool IsStuck);
