using System.Globalization;
using Amqp.Engine.Base;
using Amqp.Engine.Events;

namespace Amqp.Simulation.Trace;

/// <summary>
/// The record of one run: a line for everything that happens, with its virtual time, and a hash over all lines.
/// </summary>
/// <remarks>
/// A line is <c>seconds lane text</c>. The lanes are <c>step</c> (a command of the scenario), <c>c&gt;b</c> and
/// <c>b&gt;c</c>
/// (bytes on the link), <c>event</c> (the session tells its user), <c>timer</c> and <c>fault</c>. Two runs are the same
/// exactly when their lines are. Not thread-safe.
/// </remarks>
/// <param name="origin">The time that is printed as zero.</param>
public sealed class TraceLog(MonoTime origin)
{
    private readonly List<string> _lines = [];
    private Fnv1a64 _hash;

    /// <summary>The lines so far.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>The hash of the lines so far.</summary>
    public ulong Hash => _hash.Value;

    /// <summary>Adds a line.</summary>
    /// <param name="now">The virtual time.</param>
    /// <param name="lane">Where it happened.</param>
    /// <param name="text">What happened, on one line.</param>
    public void Add(MonoTime now, string lane, string text)
    {
        double seconds = (now.Ticks - origin.Ticks) / (double)TimeSpan.TicksPerSecond;
        string line = string.Create(CultureInfo.InvariantCulture, $"{seconds,11:0.000000} {lane,-5} {text}");
        _lines.Add(line);
        _hash.AddLine(line);
    }

    /// <summary>Adds bytes that a side wrote to or read from the link.</summary>
    /// <param name="now">The virtual time.</param>
    /// <param name="lane">The direction.</param>
    /// <param name="verb">What was done with them.</param>
    /// <param name="bytes">The bytes; their number and hash are kept.</param>
    public void AddBytes(MonoTime now, string lane, string verb, ReadOnlySpan<byte> bytes) =>
        Add(now, lane, string.Create(CultureInfo.InvariantCulture, $"{verb} {bytes.Length} #{Fnv1a64.Of(bytes):x16}"));

    /// <summary>Adds an event of the session; a body is shown by its length and hash.</summary>
    /// <param name="now">The virtual time.</param>
    /// <param name="e">The event.</param>
    public void AddEvent(MonoTime now, EventRecord e) => AddEvent(now, "event", e);

    internal void AddEvent(MonoTime now, string lane, EventRecord e)
    {
        ArgumentNullException.ThrowIfNull(e);
        ReadOnlySpan<byte> body = e.Body.Bytes.Span;
        string text = e.Kind == EventKind.Body
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"Body ch={e.Channel} bytes={body.Length} #{Fnv1a64.Of(body):x16} last={e.Flag}")
            : e.ToString();
        Add(now, lane, text);
    }
}
