using ScottPlot;

namespace Amqp.Soak;

/// <summary>Memory and rate, once a second.</summary>
internal sealed class Samples(IReadOnlyList<Flow> flows)
{
    private const double MiB = 1024 * 1024;

    private readonly List<double> _seconds = [];
    private readonly List<double> _memory = [];
    private readonly List<double> _rate = [];

    /// <summary>Samples until the token ends it.</summary>
    public async Task TakeAsync(CancellationToken end)
    {
        long start = TimeProvider.System.GetTimestamp();
        using var ticks = new PeriodicTimer(TimeSpan.FromSeconds(1), TimeProvider.System);
        long received = 0;
        double before = 0;
        try
        {
            while (await ticks.WaitForNextTickAsync(end))
            {
                double now = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
                long total = flows.Sum(flow => flow.Received);
                _seconds.Add(now);
                _memory.Add(Environment.WorkingSet / MiB);
                _rate.Add((total - received) / (now - before));
                (received, before) = (total, now);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    /// <summary>The median memory in MiB of the second tenth of the run, when everything is warm, and of the
    /// last.</summary>
    public (double First, double Last) Memory()
    {
        int tenth = Math.Max(1, _memory.Count / 10);
        return (Median(_memory.Skip(tenth).Take(tenth)), Median(_memory.TakeLast(tenth)));
    }

    /// <summary>Draws both over time.</summary>
    public void Draw(string path)
    {
        using var plot = new Plot();
        var memory = plot.Add.ScatterLine(_seconds.ToArray(), _memory.ToArray());
        memory.LegendText = "working set, MiB";
        var rate = plot.Add.ScatterLine(_seconds.ToArray(), _rate.ToArray());
        rate.LegendText = "messages received per second";
        rate.Axes.YAxis = plot.Axes.Right;
        plot.Axes.Left.Label.Text = "MiB";
        plot.Axes.Right.Label.Text = "messages/s";
        plot.Axes.Bottom.Label.Text = "seconds";
        plot.Axes.SetLimitsY(0, _memory.Max() * 1.5);
        plot.Axes.SetLimitsY(0, _rate.Max() * 1.2, plot.Axes.Right);
        plot.ShowLegend(Alignment.LowerRight);
        plot.SaveSvg(path, 900, 400);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : sorted[sorted.Length / 2];
    }
}
