using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using Amqp.Engine.Base;
using Amqp.FakeBroker.Faults;

namespace Amqp.Simulation.Evidence;

/// <summary>
/// A run as one page of HTML that needs nothing else: lanes for client, link and broker, faults as bands, and each
/// frame
/// decoded where the pointer or the keyboard is. The page loads nothing and sends nothing.
/// </summary>
public static class HtmlTimeline
{
    /// <summary>Writes the page.</summary>
    /// <param name="trace">The run.</param>
    /// <param name="title">Stands above it.</param>
    /// <param name="summary">What is said about the run, in lines; may be empty.</param>
    /// <param name="maxRows">How many rows at most, at least 1; the last ones are shown.</param>
    /// <returns>The page. Everything that came from the run is escaped.</returns>
    public static string Write(SimTrace trace, string title, string summary = "", int maxRows = 5000)
    {
        ArgumentNullException.ThrowIfNull(trace);
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        ImmutableArray<TimelineRow> rows = TimelineRow.Of(trace);
        int skipped = Math.Max(0, rows.Length - maxRows);
        var body = new StringBuilder();
        MonoTime last = skipped > 0 ? rows[skipped].At : MonoTime.Zero;
        MonoTime faultEnds = MonoTime.Zero;
        foreach (TimelineRow row in rows.Skip(skipped))
        {
            AppendRow(body, row, row.At - last, row.At < faultEnds);
            last = row.At;
            faultEnds = row.Until is { } until && until > faultEnds ? until : faultEnds;
        }

        string count = skipped > 0
            ? string.Create(CultureInfo.InvariantCulture, $"the last {maxRows} of {rows.Length} rows")
            : string.Create(CultureInfo.InvariantCulture, $"{rows.Length} rows");
        return HtmlPage.Template
            .Replace("{{title}}", Escape(title), StringComparison.Ordinal)
            .Replace("{{count}}", count, StringComparison.Ordinal)
            .Replace("{{hash}}", trace.Hash.ToString("x16", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{{summary}}", Escape(summary), StringComparison.Ordinal)
            .Replace("{{rows}}", body.ToString(), StringComparison.Ordinal);
    }

    private static void AppendRow(StringBuilder body, TimelineRow row, TimeSpan sinceLast, bool isInFault)
    {
        string text = Escape($"{row.Name} {row.Detail}".Trim());
        string connection = row.Connection == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"#{row.Connection}");
        body.Append("<li tabindex=\"-1\" role=\"option\" class=\"row").Append(isInFault ? " in-fault" : "");
        body.Append("\" style=\"--gap:").Append(Gap(sinceLast));
        body.Append("\" data-where=\"").Append(Escape(Where(row)));
        body.Append("\" data-detail=\"").Append(text).Append("\">");
        body.Append("<span class=\"time\">").Append(TextTimeline.Seconds(row.At)).Append("</span>");
        body.Append("<span class=\"conn\">").Append(connection).Append("</span>");
        body.Append("<span class=\"lanes\"><span class=\"").Append(ClassOf(row)).Append("\"><span class=\"label\">");
        body.Append(Escape(row.Frame is null ? $"{row.Name} {row.Detail}".Trim() : row.Name));
        if (row.Frame is not null)
        {
            body.Append(" <i>").Append(text.AsSpan(Escape(row.Name).Length)).Append("</i>");
        }

        body.Append("</span></span></span></li>\n");
    }

    // Silence is seen as space: a row more for each ten times as long.
    private static string Gap(TimeSpan silence)
    {
        double rows = silence <= TimeSpan.FromMilliseconds(10) ? 0 : Math.Log10(silence.TotalMilliseconds / 10) * 0.5;
        return Math.Min(rows, 4).ToString("0.##", CultureInfo.InvariantCulture);
    }

    private static string ClassOf(TimelineRow row) => row switch
    {
        { Frame: { Direction: LinkDirection.ToBroker } frame } => "arrow to-broker" + (frame.IsLost ? " lost" : ""),
        { Frame: { } frame } => "arrow to-client" + (frame.IsLost ? " lost" : ""),
        { Kind: TraceKind.Fault } => "band",
        { Lane: TraceLane.Client } => "note client",
        { Lane: TraceLane.Broker } => "note broker",
        _ => "note link",
    };

    private static string Where(TimelineRow row)
    {
        string time = TextTimeline.Seconds(row.At) + " s";
        string connection = row.Connection == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $", connection {row.Connection}");
        string head = time + connection;
        return row switch
        {
            { Frame: { } frame } => $"{head}, {Journey(frame)}",
            { Kind: TraceKind.Fault, Until: { } until } => $"{head}, fault until {TextTimeline.Seconds(until)} s",
            { Kind: TraceKind.Fault } => $"{head}, fault",
            { Lane: TraceLane.Broker } => $"{head}, broker",
            { Lane: TraceLane.Link } => $"{head}, link",
            _ => $"{head}, client",
        };
    }

    private static string Journey(TraceFrame frame)
    {
        string way = frame.Direction == LinkDirection.ToBroker ? "client to broker" : "broker to client";
        string end = frame.IsLost
            ? "never arrived"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"arrived after {(frame.ArrivedAt - frame.SentAt).TotalMilliseconds:0.###} ms");
        return string.Create(CultureInfo.InvariantCulture, $"{way}, {frame.Length} bytes, {end}");
    }

    // Braces too: the template's own places are marked by them.
    private static string Escape(string text) =>
        WebUtility.HtmlEncode(text).Replace("{", "&#123;", StringComparison.Ordinal);
}
