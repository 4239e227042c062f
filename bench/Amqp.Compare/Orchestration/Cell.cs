namespace Amqp.Compare.Orchestration;

/// <summary>One row of the comparison.</summary>
/// <param name="Workload">W1 to W7.</param>
/// <param name="Body">Body size in bytes; 0 where there is none.</param>
/// <param name="Goal">How many times less CPU than RabbitMQ.Client this project asks of itself, at the sink; 0
/// where it asks for something else.</param>
/// <param name="RealGoal">The same on a real broker.</param>
internal sealed record Cell(string Workload, int Body, double Goal, double RealGoal)
{
    /// <summary>This project's client.</summary>
    public const string Ours = "amqp-sim";

    /// <summary>What it is compared with.</summary>
    public const string Theirs = "rabbitmq-client";

    /// <summary>Every contestant; the first two meet in every cell, the others are opt-ins that exist in one
    /// workload.</summary>
    public static readonly string[] AllLibraries =
    [
        Ours, Theirs, "amqp-sim-borrowed", "amqp-sim-inline", "amqp-sim-async", "amqp-sim-coalescing",
        "amqp-sim-recovering", "rabbitmq-client-events", "bare-socket",
    ];

    /// <summary>Every cell.</summary>
    public static readonly Cell[] All =
    [
        new("W1", 16, 4, 2), new("W1", 1024, 3, 2), new("W1", 65536, 1.15, 1.2),
        new("W2", 16, 6, 2), new("W2", 1024, 4, 2), new("W2", 65536, 1.3, 1.3),
        new("W3", 16, 3, 3), new("W3", 1024, 3, 3), new("W3", 65536, 2.5, 2.5),
        new("W4", 16, 0, 0), new("W4", 1024, 0, 0),
        new("W5", 0, 1.5, 1),
        new("W6", 16, 4, 4),
        new("W7", 16, 1, 1),
    ];

    /// <summary>The name in tables.</summary>
    public string Name => Body switch
    {
        0 => Workload,
        >= 1024 => $"{Workload} {Body / 1024} KiB",
        _ => $"{Workload} {Body} B",
    };

    /// <summary>Whether a contestant takes part.</summary>
    public bool Takes(string library) => library switch
    {
        "amqp-sim-borrowed" or "amqp-sim-coalescing" => Workload == "W3",
        "amqp-sim-recovering" => Workload is "W1" or "W2" or "W3",
        "amqp-sim-inline" => Workload is "W2" or "W3",
        "rabbitmq-client-events" => Workload == "W2",
        "bare-socket" => Workload == "W4",
        _ => true,
    };

    /// <summary>Messages to stock and consume for W3 on a real broker.</summary>
    public long Stock => Workload != "W3" ? 0 : Body switch { <= 16 => 400_000, <= 1024 => 200_000, _ => 8_000 };

    /// <summary>The queue the client is told to use; the sink floods consumers of a queue named flood.N.</summary>
    public string Queue(bool real) => real
        ? $"amqp-compare.{Workload}.{Body}"
        : Workload == "W3" ? $"flood.{Body}" : "bench";
}
