namespace Amqp.Compare.Client;

/// <summary>What one client process is to do.</summary>
/// <param name="Library">The contestant's name.</param>
/// <param name="Workload">W1 to W7, C1 to C3, or `stock` to fill a queue on a real broker, `clean` to delete
/// it.</param>
/// <param name="Body">Body size in bytes.</param>
/// <param name="Uri">Where the broker is.</param>
/// <param name="Queue">The queue's name.</param>
/// <param name="RealBroker">Whether the queue must be declared first and holds a limited number of messages.</param>
/// <param name="WarmupSeconds">How long to run before measuring.</param>
/// <param name="MeasureSeconds">How long to measure.</param>
/// <param name="Limit">Messages in all, of which the first half is warm-up; 0 goes by time.</param>
/// <param name="Count">How much there is of what a curve shows.</param>
/// <param name="Counters">The file the system call shim counts into, or an empty string.</param>
internal sealed record ClientArguments(
    string Library,
    string Workload,
    int Body,
    Uri Uri,
    string Queue,
    bool RealBroker,
    double WarmupSeconds,
    double MeasureSeconds,
    long Limit,
    int Count,
    string Counters)
{
    /// <summary>At most this many publishes wait for their confirm in W2.</summary>
    public const int Window = 1000;

    /// <summary>The connections of W7.</summary>
    public const int Connections = 100;

    /// <summary>The prefetch of W3 and W6.</summary>
    public const ushort Prefetch = 500;

    /// <summary>W3 acknowledges once for this many deliveries.</summary>
    public const int AckEvery = 100;

    /// <summary>How many messages pass between two looks at the clock; one less than a power of two.</summary>
    public int ClockMask => Body >= 16384 ? 3 : 63;

    /// <summary>Parses the sub-command's arguments.</summary>
    public static ClientArguments Parse(string[] args)
    {
        var line = new CommandLine(
            args,
            ["--library", "--workload", "--body", "--uri", "--queue", "--warmup", "--measure", "--limit", "--count",
                "--counters"],
            ["--real"]);
        return new ClientArguments(
            line.Text("--library", "amqp-sim"),
            line.Text("--workload", "W1"),
            (int)line.Number("--body", 16),
            new Uri(line.Text("--uri", "amqp://guest:guest@127.0.0.1:5672")),
            line.Text("--queue", "bench"),
            line.Has("--real"),
            line.Seconds("--warmup", 1.5),
            line.Seconds("--measure", 1.5),
            line.Number("--limit", 0),
            (int)line.Number("--count", 1),
            line.Text("--counters", ""));
    }
}
