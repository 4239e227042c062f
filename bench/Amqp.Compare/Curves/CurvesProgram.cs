using System.Globalization;
using System.Text.Json;
using Amqp.Compare.Client;
using Amqp.Compare.Orchestration;
using ScottPlot;

namespace Amqp.Compare.Curves;

/// <summary>The `curves` sub-command: measures at the sink, each point in a process of its own, and draws.</summary>
internal static class CurvesProgram
{
    private const int Body = 16;

    /// <summary>Measures all curves in interleaved rounds; prints a table of medians.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var line = new CommandLine(args, ["--rounds", "--warmup", "--measure", "--picture"], []);
        var rounds = (int)line.Number("--rounds", 5);
        var seconds = (Warmup: line.Seconds("--warmup", 3), Measure: line.Seconds("--measure", 2));
        (Curve Curve, int Count)[] points = [.. Curve.All.SelectMany(c => c.Counts.Select(n => (c, n)))];
        var costs = points.ToDictionary(p => p, _ => new List<double>());
        await using (var sink = await SinkProcess.StartAsync())
        {
            for (var round = 0; round < rounds; round++)
            {
                foreach (var point in points)
                {
                    costs[point].Add(await MeasureAsync(sink, point.Curve.Workload, point.Count, seconds));
                }
            }
        }

        var medians = costs.ToDictionary(p => p.Key, p => p.Value.Order().ElementAt(p.Value.Count / 2));
        Console.WriteLine("| | CPU µs per message |\n|---|---|");
        foreach (var point in points)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {point.Count} {point.Curve.What} | {medians[point]:0.000} |"));
        }

        if (line.Has("--picture"))
        {
            Draw(line.Text("--picture", ""), medians);
        }

        return 0;
    }

    private static async Task<double> MeasureAsync(
        SinkProcess sink, string workload, int count, (double Warmup, double Measure) seconds)
    {
        string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
        var output = await ChildProcess.RunAsync(
            [
                "client", "--workload", workload, "--uri", sink.Uri.OriginalString, "--body", Text(Body),
                "--count", Text(count), "--warmup", Text(seconds.Warmup), "--measure", Text(seconds.Measure),
            ],
            TimeSpan.FromSeconds(seconds.Warmup + seconds.Measure + 60));
        var result = JsonSerializer.Deserialize<ClientResult>(output)!;
        var seen = await sink.TakeAsync();
        return seen.Violations.Count == 0 && seen.ConnectionsDropped == 0
            ? result.CpuSeconds * 1e6 / result.Messages
            : throw new RunFailedException($"{workload} {count}: {string.Join("; ", seen.Violations)}");
    }

    private static void Draw(string path, Dictionary<(Curve Curve, int Count), double> medians)
    {
        using var plot = new Plot();
        foreach (var curve in Curve.All)
        {
            var scatter = plot.Add.Scatter(
                curve.Counts.Select(n => Math.Log10(n)).ToArray(),
                curve.Counts.Select(n => medians[(curve, n)]).ToArray());
            scatter.LegendText = curve.What;
        }

        int[] ticks = [1, 10, 100, 1000, 10_000, 100_000];
        plot.Axes.Bottom.SetTicks(
            [.. ticks.Select(n => Math.Log10(n))],
            [.. ticks.Select(n => n.ToString("N0", CultureInfo.InvariantCulture))]);
        plot.Axes.Bottom.Label.Text = "how many";
        plot.Axes.Left.Label.Text = "CPU µs per message";
        plot.Axes.SetLimitsY(0, medians.Values.Max() * 1.3);
        plot.ShowLegend(Alignment.UpperRight);
        plot.SaveSvg(path, 900, 400);
    }
}
