using Amqp.Engine.Base;

namespace Amqp.Simulation.Evidence;

/// <summary>One thing that happened in a run. Immutable, safe to share.</summary>
/// <param name="At">When, from the start of the run.</param>
/// <param name="Kind">What.</param>
/// <param name="Lane">Where.</param>
/// <param name="Connection">Which connection, from 1; 0 when it was none's.</param>
/// <param name="Text">In words, on one line; empty where the bytes tell.</param>
/// <param name="Bytes">What was sent or received; empty otherwise.</param>
public sealed record TraceEvent(
    MonoTime At, TraceKind Kind, TraceLane Lane, int Connection, string Text, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Until when a fault lasts, where that is known when it is set.</summary>
    public MonoTime? Until { get; init; }
}
