using System.Globalization;
using System.Text;
using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Evidence;

/// <summary>A run as a sequence diagram in Mermaid's language, which issue trackers draw.</summary>
public static class MermaidTimeline
{
    private const int LongestLabel = 80;

    /// <summary>Writes the diagram.</summary>
    /// <param name="trace">The run.</param>
    /// <param name="maxRows">How many rows at most, at least 1; the last ones are shown.</param>
    /// <returns>The text of a block marked <c>mermaid</c>.</returns>
    public static string Write(SimTrace trace, int maxRows = 200)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        var rows = TimelineRow.Of(trace);
        var text = new StringBuilder("sequenceDiagram\n    participant C as client\n    participant B as broker\n");
        if (rows.Length > maxRows)
        {
            int hidden = rows.Length - maxRows;
            text.Append(CultureInfo.InvariantCulture, $"    Note over C,B: {hidden} rows before these\n");
        }

        foreach (TimelineRow row in rows.Skip(Math.Max(0, rows.Length - maxRows)))
        {
            text.Append("    ").Append(row switch
            {
                { Frame: { Direction: LinkDirection.ToBroker, IsLost: false } } => "C->>B: ",
                { Frame: { Direction: LinkDirection.ToBroker } } => "C-xB: ",
                { Frame: { IsLost: false } } => "B->>C: ",
                { Frame: not null } => "B-xC: ",
                { Kind: TraceKind.Fault } => "Note over C,B: FAULT ",
                { Lane: TraceLane.Broker } => "Note right of B: ",
                _ => "Note left of C: ",
            });
            text.Append(TextTimeline.Seconds(row.At)).Append(' ').Append(Escape($"{row.Name} {row.Detail}".Trim()));
            text.Append('\n');
        }

        return text.ToString();
    }

    // In Mermaid a number sign begins an entity and a semicolon ends a statement.
    private static string Escape(string text)
    {
        string cut = text.Length > LongestLabel ? string.Concat(text.AsSpan(0, LongestLabel), "...") : text;
        var escaped = new StringBuilder(cut.Length);
        foreach (char c in cut)
        {
            escaped.Append(c switch
            {
                '#' => "#35;",
                ';' => "#59;",
                '<' => "#lt;",
                '>' => "#gt;",
                '"' => "#quot;",
                '%' => "#37;",
                _ => c.ToString(),
            });
        }

        return escaped.ToString();
    }
}
