using System.Globalization;
using System.Net;
using System.Text;
using Amqp.Simulation.World;

namespace Amqp.Sim.Cli;

/// <summary>A sweep as a page with charts: one file without a script, which loads nothing.</summary>
internal static class SweepPage
{
    private const string Head = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy"
              content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
        <title>{{title}}</title>
        <style>
        :root { color-scheme: light dark; --bg: #fdfdfc; --fg: #1d2329; --dim: #667079; --line: #d5dade;
          --good: #0a7a4b; --bad: #b3261e; }
        @media (prefers-color-scheme: dark) {
          :root { --bg: #14181c; --fg: #e4e8eb; --dim: #98a3ad; --line: #343c44; --good: #5fd3a0; --bad: #ff8a80; } }
        body { max-width: 62rem; margin: 0 auto; padding: 1rem; background: var(--bg); color: var(--fg);
          font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
        table { border-collapse: collapse; } td, th { padding: .15rem .9rem .15rem 0; text-align: left;
          border-bottom: 1px solid var(--line); vertical-align: top; }
        td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
        code { overflow-wrap: anywhere; }
        .chart { display: grid; grid-template-columns: max-content 1fr max-content; gap: .1rem .7rem; }
        .chart span:nth-child(3n) { text-align: right; font-variant-numeric: tabular-nums; color: var(--dim); }
        .bar { align-self: center; height: .8rem; width: calc(var(--part) * 100%); min-width: 1px;
          background: var(--good); }
        .bar.bad { background: var(--bad); } .none { color: var(--bad); }
        </style>
        </head>
        <body>
        """;

    public static string Write(SweepReport report)
    {
        string title = report.Failed == 0
            ? $"{Number(report.Worlds)} worlds, none failed"
            : $"{Number(report.Worlds)} worlds, {Number(report.Failed)} failed";
        var page = new StringBuilder(Head.Replace("{{title}}", Escape(title), StringComparison.Ordinal));
        page.Append(CultureInfo.InvariantCulture, $"\n<h1>{Escape(title)}</h1>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p>Seed {Escape(report.Seed)}, worlds {report.First} to ");
        page.Append(CultureInfo.InvariantCulture, $"{report.First + report.Worlds - 1} of {report.Total}, hash ");
        page.Append(CultureInfo.InvariantCulture, $"<code>{Escape(report.Hash)}</code>.</p>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p><code>{Escape(report.Plan)}</code></p>\n");
        AppendTotals(page, report);
        AppendFailures(page, report);
        page.Append("<h2>Faults</h2>\n");
        AppendChart(page, "faults", [("happened", report.Faults - report.NotReached, false),
            ("never reached", report.NotReached, true)], report.Faults);
        page.Append("<h2>Marks: how many of the worlds came by each</h2>\n");
        AppendChart(
            page,
            "marks",
            Enumerable.Range(0, report.Reached.Length)
                .Select(mark => (((WorldMark)mark).ToString(), report.Reached[mark], false))
                .OrderByDescending(static each => each.Item2),
            report.Worlds);
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static void AppendTotals(StringBuilder page, SweepReport report)
    {
        page.Append("<table><tr><th></th><th class=\"n\">all</th><th class=\"n\">each second</th></tr>\n");
        (string Name, double All)[] rows =
        [
            ("worlds", report.Worlds), ("happenings", report.Happenings),
            ("virtual seconds", report.Virtual.TotalSeconds),
        ];
        foreach ((string name, double all) in rows)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td>{name}</td><td class=\"n\">{Number(all)}</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{Number(report.Rate(all))}</td></tr>\n");
        }

        page.Append(CultureInfo.InvariantCulture, $"<tr><td>real seconds</td><td class=\"n\">{report.RealSeconds:0.0}");
        page.Append("</td><td></td></tr></table>\n");
    }

    private static void AppendFailures(StringBuilder page, SweepReport report)
    {
        if (report.Failures.IsEmpty)
        {
            return;
        }

        page.Append("<h2>Failures by property</h2>\n");
        AppendChart(
            page,
            "failures",
            report.Failures.CountBy(static each => each.Property)
                .OrderByDescending(static each => each.Value)
                .Select(static each => (each.Key, (long)each.Value, true)),
            report.Failures.Length);
        page.Append("<table><tr><th class=\"n\">seed</th><th>trace</th><th>what was wrong</th></tr>\n");
        foreach (ReportedFailure failure in report.Failures)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"n\">{Escape(failure.Seed)}</td>");
            page.Append(CultureInfo.InvariantCulture, $"<td><code>{Escape(failure.TraceHash)}</code></td>");
            page.Append(CultureInfo.InvariantCulture, $"<td>{Escape(failure.Text)}</td></tr>\n");
        }

        page.Append("</table>\n");
    }

    private static void AppendChart(
        StringBuilder page, string id, IEnumerable<(string Name, long Count, bool IsBad)> bars, long whole)
    {
        page.Append(CultureInfo.InvariantCulture, $"<div class=\"chart\" id=\"{id}\">\n");
        foreach ((string name, long count, bool isBad) in bars)
        {
            double part = whole == 0 ? 0 : (double)count / whole;
            page.Append(count == 0 ? "<span class=\"none\">" : "<span>").Append(Escape(name)).Append("</span>");
            page.Append("<span><div class=\"bar").Append(isBad ? " bad" : "").Append("\" style=\"--part:");
            page.Append(CultureInfo.InvariantCulture, $"{part:0.####}\"></div></span>");
            page.Append(CultureInfo.InvariantCulture, $"<span>{Number(count)}, {100 * part:0.##} %</span>\n");
        }

        page.Append("</div>\n");
    }

    private static string Number(double number) => number.ToString("#,0", CultureInfo.InvariantCulture);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
