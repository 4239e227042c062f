using Amqp.Engine.Commands;

namespace Amqp.Simulation.Scenarios;

/// <summary>One command that a scenario gave to the session.</summary>
/// <param name="Step">The step it comes from.</param>
/// <param name="Channel">The channel it went to; 0 for the connection.</param>
/// <param name="Result">What the session said at once.</param>
/// <param name="Request">The call it started, or the default.</param>
/// <param name="Sequence">The publish it started in confirm mode, or 0.</param>
public sealed record CommandRecord(
    Step Step,
    ushort Channel,
    CommandResult Result,
    RequestId Request = default,
    ulong Sequence = 0);
