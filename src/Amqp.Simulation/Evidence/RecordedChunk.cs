using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Links;

namespace Amqp.Simulation.Evidence;

/// <summary>One line of a recording. Immutable.</summary>
/// <param name="At">When, since connecting.</param>
/// <param name="Direction">Which way.</param>
/// <param name="Bytes">What; empty at the end of the stream.</param>
public sealed record RecordedChunk(MonoTime At, LinkDirection Direction, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>How the stream ended here, or null.</summary>
    public LinkEnd? End { get; init; }
}
