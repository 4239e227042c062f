using Amqp.Compare.Client;

namespace Amqp.Compare.Orchestration;

/// <summary>One contestant's medians in one cell.</summary>
internal sealed class Medians
{
    private readonly ClientResult[] _results;
    private readonly ClientResult[] _counted;

    /// <summary>Picks the runs that matter.</summary>
    public Medians(Cell cell, string library, IEnumerable<Run> runs, IEnumerable<Run> counted)
    {
        _results = Pick(runs);
        _counted = Pick(counted);
        ClientResult[] Pick(IEnumerable<Run> from) =>
            [.. from.Where(r => r.Cell == cell.Name && r.Library == library).Select(r => r.Result)
                .Where(r => r.Messages > 0)];
    }

    /// <summary>Whether there is anything to say.</summary>
    public bool Any => _results.Length > 0;

    /// <summary>CPU µs per message, user and system.</summary>
    public double Cpu => Median(r => r.CpuSeconds * 1e6 / r.Messages);

    /// <summary>User CPU µs per message.</summary>
    public double User => Median(r => r.UserSeconds * 1e6 / r.Messages);

    /// <summary>Managed bytes allocated per message.</summary>
    public double Bytes => Median(r => (double)r.AllocatedBytes / r.Messages);

    /// <summary>Messages per second.</summary>
    public double Rate => Median(r => r.Messages / r.Seconds);

    /// <summary>Peak resident memory, MiB.</summary>
    public double PeakMiB => Median(r => r.PeakKiB / 1024.0);

    /// <summary>Collections of generation 0, 1 and 2 in the window.</summary>
    public string Collections => $"{Median(r => r.Gen0):0}/{Median(r => r.Gen1):0}/{Median(r => r.Gen2):0}";

    /// <summary>Median round trip, µs.</summary>
    public double P50 => Median(r => r.P50 ?? double.NaN);

    /// <summary>99th percentile round trip, µs.</summary>
    public double P99 => Median(r => r.P99 ?? double.NaN);

    /// <summary>Send calls per message.</summary>
    public double Sends => Counted(r => r.Sends);

    /// <summary>Receive calls per message.</summary>
    public double Receives => Counted(r => r.Receives);

    /// <summary>Waits (epoll_wait, poll) per message.</summary>
    public double Waits => Counted(r => r.Waits);

    private double Counted(Func<ClientResult, long?> value) =>
        Of(_counted.Where(r => value(r) is not null).Select(r => (double)value(r)!.Value / r.Messages));

    private double Median(Func<ClientResult, double> value) => Of(_results.Select(value));

    private static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }
}
