using Amqp.Engine.Commands;

namespace Amqp.Simulation.Scenarios;

/// <summary>One command that a scenario gave to the session.</summary>
/// <param name="Step">The step it comes from.</param>
/// <param name="Channel">The channel it went to; 0 for the connection.</param>
/// <param name="Result">What the session said at once.</param>
/// <param name="Request">The call it started, or the default.</param>
/// <param name="Sequence">The publish it started in confirm mode, or 0.</param>
/// <param name="MessageId">The id of the message that was published; null for what is no publish.</param>
/// <param name="DeliveryTag">The delivery that was settled, the last one of several; 0 for what settles none.</param>
public sealed record CommandRecord(
    Step Step,
    ushort Channel,
    CommandResult Result,
    RequestId Request = default,
    ulong Sequence = 0,
    string? MessageId = null,
    ulong DeliveryTag = 0);
