using System.Buffers.Binary;
using Amqp.Engine.Base;
using Amqp.Simulation.Trace;

namespace Amqp.Simulation.Evidence;

/// <summary>
/// The record of one run: what happened, in order, with the bytes, and a hash over all of it. Two runs are the same
/// exactly when their events are.
/// </summary>
/// <remarks>Not thread-safe while it is written to; then safe to share.</remarks>
public sealed class SimTrace
{
    private readonly List<TraceEvent> _events = [];
    private Fnv1a64 _hash;

    /// <summary>What happened so far, in order.</summary>
    public IReadOnlyList<TraceEvent> Events => _events;

    /// <summary>The hash of <see cref="Events"/>, the same in every process and build.</summary>
    public ulong Hash => _hash.Value;

    /// <summary>Adds an event.</summary>
    /// <param name="traceEvent">The event; not before the last one.</param>
    public void Add(TraceEvent traceEvent)
    {
        ArgumentNullException.ThrowIfNull(traceEvent);
        _events.Add(traceEvent);
        Span<byte> head = stackalloc byte[(2 * sizeof(long)) + 2];
        BinaryPrimitives.WriteInt64LittleEndian(head, traceEvent.At.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(head[sizeof(long)..], traceEvent.Connection);
        head[^2] = (byte)traceEvent.Kind;
        head[^1] = (byte)traceEvent.Lane;
        _hash.Add(head);
        _hash.AddLine(traceEvent.Text);
        _hash.Add(traceEvent.Bytes.Span);
    }

    /// <summary>Adds something in words.</summary>
    /// <param name="at">When.</param>
    /// <param name="kind">What.</param>
    /// <param name="lane">Where.</param>
    /// <param name="connection">Which connection; 0 for none.</param>
    /// <param name="text">The words; what is no printable character of ASCII is escaped.</param>
    public void Add(MonoTime at, TraceKind kind, TraceLane lane, int connection, string text) =>
        Add(new TraceEvent(at, kind, lane, connection, OneLine.Of(text), ReadOnlyMemory<byte>.Empty));

    /// <summary>Adds bytes.</summary>
    /// <param name="at">When.</param>
    /// <param name="kind"><see cref="TraceKind.Sent"/> or <see cref="TraceKind.Received"/>.</param>
    /// <param name="lane">Who sent or received.</param>
    /// <param name="connection">Which connection.</param>
    /// <param name="bytes">The bytes; kept, not copied.</param>
    public void Add(MonoTime at, TraceKind kind, TraceLane lane, int connection, ReadOnlyMemory<byte> bytes) =>
        Add(new TraceEvent(at, kind, lane, connection, "", bytes));

    /// <summary>Where this run and another one part.</summary>
    /// <param name="other">The other run.</param>
    /// <returns>Null when they are the same; otherwise the first event that differs, of both.</returns>
    public string? FirstDifference(SimTrace other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (int i = 0; i < Math.Max(_events.Count, other._events.Count); i++)
        {
            TraceEvent? left = i < _events.Count ? _events[i] : null;
            TraceEvent? right = i < other._events.Count ? other._events[i] : null;
            if (left is null || right is null || !IsSame(left, right))
            {
                return $"event {i + 1}:\n  {Show(left)}\n  {Show(right)}";
            }
        }

        return null;
    }

    private static bool IsSame(TraceEvent left, TraceEvent right) =>
        left.At == right.At && left.Kind == right.Kind && left.Lane == right.Lane
        && left.Connection == right.Connection && left.Text == right.Text
        && left.Bytes.Span.SequenceEqual(right.Bytes.Span);

    private static string Show(TraceEvent? each) => each is null
        ? "(the trace ends)"
        : $"{each.At} {each.Lane} #{each.Connection} {each.Kind} {each.Text} {Convert.ToHexString(each.Bytes.Span)}";
}
