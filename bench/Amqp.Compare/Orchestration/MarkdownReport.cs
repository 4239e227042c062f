using System.Globalization;
using System.Text;

namespace Amqp.Compare.Orchestration;

/// <summary>The tables.</summary>
internal sealed class MarkdownReport(CompareOptions options, Comparison comparison)
{
    private readonly StringBuilder _text = new();

    /// <summary>Writes them.</summary>
    public string Write(string countingNote)
    {
        Line($"{MachineFacts.Here()}; {(options.RealBroker is null ? "built-in sink" : "real broker")}; "
            + $"medians of {options.Rounds} interleaved rounds, {Number(options.WarmupSeconds)} s warm-up and "
            + $"{Number(options.MeasureSeconds)} s measured each. {countingNote}");
        Line("");
        Main();
        Latency();
        Detail();
        if (comparison.Failures.Count > 0)
        {
            Line("Failed runs:");
            Line("");
            foreach (var failure in comparison.Failures)
            {
                Line("- " + failure);
            }
        }

        return _text.ToString();
    }

    private void Main()
    {
        Line("RabbitMQ.Client (theirs) → this client (ours), its default API; × is theirs ÷ ours for CPU and "
            + "ours ÷ theirs for rate, so above 1 is better.");
        Line("");
        Line("| cell | CPU µs/msg | CPU × | goal × | user µs/msg | user × | sends/msg | B/msg | k/s | rate × | "
            + "peak MiB |");
        Line("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var cell in options.Cells())
        {
            var (theirs, ours) = (Of(cell, Cell.Theirs), Of(cell, Cell.Ours));
            if (!theirs.Any || !ours.Any)
            {
                continue;
            }

            var ratio = theirs.Cpu / ours.Cpu;
            var asked = options.RealBroker is null ? cell.Goal : cell.RealGoal;
            var goal = asked == 0 ? "–" : $"{Number(asked)} {(ratio >= asked ? "met" : "missed")}";
            Line($"| {cell.Name} | {Number(theirs.Cpu)} → {Number(ours.Cpu)} | **{Number(ratio)}** | {goal} | "
                + $"{Number(theirs.User)} → {Number(ours.User)} | {Number(theirs.User / ours.User)} | "
                + $"{Number(theirs.Sends)} → {Number(ours.Sends)} | {Number(theirs.Bytes)} → {Number(ours.Bytes)} | "
                + $"{Number(theirs.Rate / 1000)} → {Number(ours.Rate / 1000)} | {Number(ours.Rate / theirs.Rate)} | "
                + $"{Number(theirs.PeakMiB)} → {Number(ours.PeakMiB)} |");
        }

        Line("");
    }

    private void Latency()
    {
        Cell[] cells = [.. options.Cells().Where(c => c.Workload is "W4" or "W6")];
        if (cells.Length == 0)
        {
            return;
        }

        Line("| round trip, µs | p50 theirs → ours | ours ÷ theirs | p99 theirs → ours | ours ÷ theirs | "
            + "bare socket p50, p99 | ours ÷ bare, p50 |");
        Line("|---|---|---|---|---|---|---|");
        foreach (var cell in cells)
        {
            var (theirs, ours, bare) = (Of(cell, Cell.Theirs), Of(cell, Cell.Ours), Of(cell, "bare-socket"));
            Line($"| {cell.Name} | {Number(theirs.P50)} → {Number(ours.P50)} | {Within(ours.P50 / theirs.P50, 1)} | "
                + $"{Number(theirs.P99)} → {Number(ours.P99)} | "
                + $"{Within(ours.P99 / theirs.P99, cell.Workload == "W4" ? 1.15 : 1)} | "
                + $"{(bare.Any ? $"{Number(bare.P50)}, {Number(bare.P99)}" : "")} | "
                + $"{(bare.Any ? Number(ours.P50 / bare.P50) : "")} |");
        }

        Line("");
    }

    private void Detail()
    {
        Line("Every contestant, opt-ins too:");
        Line("");
        Line("| cell | contestant | CPU µs/msg | user µs/msg | B/msg | GC 0/1/2 "
            + "| sends/msg | receives/msg | waits/msg | k/s | peak MiB |");
        Line("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var cell in options.Cells())
        {
            foreach (var library in options.Libraries.Where(cell.Takes))
            {
                var m = Of(cell, library);
                if (m.Any)
                {
                    Line($"| {cell.Name} | {library} | {Number(m.Cpu)} | {Number(m.User)} | {Number(m.Bytes)} | "
                        + $"{m.Collections} | {Number(m.Sends)} | {Number(m.Receives)} | {Number(m.Waits)} | "
                        + $"{Number(m.Rate / 1000)} | {Number(m.PeakMiB)} |");
                }
            }
        }

        Line("");
    }

    private static string Within(double ratio, double most) =>
        $"{Number(ratio)} (goal {Number(most)} {(ratio <= most ? "met" : "missed")})";

    private Medians Of(Cell cell, string library) => new(cell, library, comparison.Runs, comparison.Counted);

    private void Line(string text) => _text.Append(text).Append('\n');

    // Three significant digits: the figures are no better than that.
    private static string Number(double value) => value switch
    {
        double.NaN => "–",
        0 => "0",
        _ when Math.Abs(value) >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        _ when Math.Abs(value) >= 10 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ when Math.Abs(value) >= 1 => value.ToString("0.##", CultureInfo.InvariantCulture),
        _ when Math.Abs(value) >= 0.01 => value.ToString("0.###", CultureInfo.InvariantCulture),
        _ => value.ToString("0.0000", CultureInfo.InvariantCulture),
    };
}
