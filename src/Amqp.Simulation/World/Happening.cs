using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.World;

/// <summary>One entry of a world's queue.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Connection">Whose it is, for those of a connection.</param>
/// <param name="Signal">What the link asks for.</param>
/// <param name="Index">The fault's place in the scenario, or which going down is over.</param>
/// <param name="Cut">The cut that is due.</param>
internal readonly record struct Happening(
    HappeningKind Kind,
    SimConnection? Connection = null,
    LinkSignal Signal = default,
    int Index = 0,
    Cut? Cut = null);
