using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Evidence;

/// <summary>A frame of a run, put together from the bytes in which it travelled. Immutable.</summary>
/// <param name="Connection">Which connection, from 1.</param>
/// <param name="Direction">Which way.</param>
/// <param name="SentAt">When its last byte was sent.</param>
/// <param name="ArrivedAt">When its last byte arrived; <see cref="MonoTime.Never"/> when it did not.</param>
/// <param name="Name">The method, or what else it is, such as <c>basic.publish</c> or <c>body</c>.</param>
/// <param name="Detail">What is in it, on one line and without secrets.</param>
/// <param name="Length">Its length in bytes.</param>
public sealed record TraceFrame(
    int Connection,
    LinkDirection Direction,
    MonoTime SentAt,
    MonoTime ArrivedAt,
    string Name,
    string Detail,
    int Length)
{
    /// <summary>True when it did not arrive as a whole.</summary>
    public bool IsLost => ArrivedAt == MonoTime.Never;

    /// <summary>The place of its last byte in the trace.</summary>
    internal int Order { get; init; }
}
