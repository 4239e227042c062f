namespace Amqp.Compare.Orchestration;

/// <summary>What the user asked for.</summary>
internal sealed record CompareOptions(
    bool Quick,
    int Rounds,
    double WarmupSeconds,
    double MeasureSeconds,
    string? JsonPath,
    string[] Workloads,
    int[] Bodies,
    string[] Libraries,
    Uri? RealBroker)
{
    /// <summary>The help text.</summary>
    public const string Help = """
        Amqp.Compare: this client and RabbitMQ.Client, each in a process of its own, in interleaved rounds.

          --quick              short windows, no opt-in variants: all workloads in under three minutes
          --rounds N           rounds, 5 or more (default 5)
          --json FILE          write every figure of every run as JSON
          --workloads W1,W3    some of W1 publish, W2 confirmed publish, W3 consume, W4 ping-pong, W5 connect,
                               W6 a paced flow, W7 a hundred connections
          --bodies 16,1024     some of the body sizes 16, 1024, 65536
          --libraries A,B      some of amqp-sim, rabbitmq-client and the opt-ins amqp-sim-borrowed, amqp-sim-inline,
                               amqp-sim-async (sockets read by the thread pool), amqp-sim-coalescing (few reads),
                               amqp-sim-recovering (recovery and republishing on), rabbitmq-client-events,
                               bare-socket (the least that W4 can take)
          --warmup S           seconds before measuring (default 3; quick 0.4)
          --measure S          seconds of measuring (default 1.5; quick 0.4)
          --uri amqp://...     a real broker instead of the built-in sink
        """;

    /// <summary>Parses; throws <see cref="ArgumentException"/>.</summary>
    public static CompareOptions Parse(string[] args)
    {
        var line = new CommandLine(
            args,
            ["--rounds", "--json", "--workloads", "--bodies", "--libraries", "--warmup", "--measure", "--uri"],
            ["--quick"]);
        var quick = line.Has("--quick");
        var rounds = (int)line.Number("--rounds", 5);
        if (rounds < 5)
        {
            throw new ArgumentException("--rounds must be 5 or more: fewer do not make a median.");
        }

        return new CompareOptions(
            quick,
            rounds,
            line.Seconds("--warmup", quick ? 0.4 : 3),
            line.Seconds("--measure", quick ? 0.4 : 1.5),
            line.Has("--json") ? line.Text("--json", "") : null,
            List(line.Text("--workloads", "W1,W2,W3,W4,W5,W6,W7")),
            [.. List(line.Text("--bodies", "16,1024,65536")).Select(int.Parse)],
            List(line.Text("--libraries", quick ? "amqp-sim,rabbitmq-client" : string.Join(',', Cell.AllLibraries))),
            line.Has("--uri") ? new Uri(line.Text("--uri", "")) : null);
    }

    /// <summary>The cells asked for, in order.</summary>
    public IEnumerable<Cell> Cells() =>
        Cell.All.Where(c => Workloads.Contains(c.Workload) && (c.Body == 0 || Bodies.Contains(c.Body)));

    private static string[] List(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
