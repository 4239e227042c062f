using System.Globalization;
using System.Text.Json;
using Amqp.Compare.Client;

namespace Amqp.Compare.Orchestration;

/// <summary>Runs the rounds.</summary>
internal sealed class Comparison(CompareOptions options, SinkProcess? sink, SystemCallShim? shim)
{
    private readonly List<Run> _runs = [];
    private readonly List<Run> _counted = [];
    private readonly List<string> _failures = [];

    /// <summary>The measured runs.</summary>
    public IReadOnlyList<Run> Runs => _runs;

    /// <summary>The runs whose system calls were counted.</summary>
    public IReadOnlyList<Run> Counted => _counted;

    /// <summary>The runs that failed and why.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>Runs every cell: in each round every contestant once, and the order turns from round to
    /// round.</summary>
    public async Task RunAsync()
    {
        foreach (var cell in options.Cells())
        {
            string[] libraries = [.. options.Libraries.Where(cell.Takes)];

            // Round 0 counts system calls, in a run of its own: the measured processes are as a user's would be.
            for (var round = shim is null ? 1 : 0; round <= options.Rounds; round++)
            {
                for (var i = 0; i < libraries.Length; i++)
                {
                    await TryRunAsync(cell, libraries[(i + round) % libraries.Length], round);
                }
            }

            Console.Error.WriteLine($"{cell.Name}: {string.Join(", ", libraries.Select(l => Summary(cell, l)))}");
        }
    }

    private string Summary(Cell cell, string library)
    {
        var median = new Medians(cell, library, _runs, _counted);
        return string.Create(CultureInfo.InvariantCulture, $"{library} {median.Cpu:0.000} µs");
    }

    private async Task TryRunAsync(Cell cell, string library, int round)
    {
        try
        {
            if (cell.Stock > 0 && options.RealBroker is not null)
            {
                await ChildProcess.RunAsync(Arguments(cell, library, "stock", false), TimeSpan.FromMinutes(5));
            }

            var counts = round == 0 && shim is not null;
            shim?.Reset();
            var limit = TimeSpan.FromSeconds(options.WarmupSeconds + options.MeasureSeconds + 60);
            var line = await ChildProcess.RunAsync(
                Arguments(cell, library, cell.Workload, counts), limit, counts ? shim!.Environment : []);
            var result = JsonSerializer.Deserialize<ClientResult>(line)!;
            if (sink is not null)
            {
                await sink.CheckAsync(cell, result);
            }

            if (options.RealBroker is not null)
            {
                await ChildProcess.RunAsync(Arguments(cell, library, "clean", false), limit);
            }

            (counts ? _counted : _runs).Add(new Run(cell.Name, library, round, result));
        }
        catch (RunFailedException failure)
        {
            _failures.Add($"{cell.Name}, {library}, round {round}: {failure.Message}");
            Console.Error.WriteLine(_failures[^1]);
            if (sink is not null)
            {
                await sink.TakeAsync();
            }
        }
    }

    private List<string> Arguments(Cell cell, string library, string workload, bool counts)
    {
        // Counting needs no long window: the figure is a ratio of whole numbers.
        var scale = counts ? 0.5 : 1;
        var uri = options.RealBroker ?? sink!.Uri;
        List<string> arguments =
        [
            "client", "--library", library, "--workload", workload, "--uri", uri.OriginalString,
            "--body", cell.Body.ToString(CultureInfo.InvariantCulture),
            "--queue", cell.Queue(options.RealBroker is not null),
            "--warmup", (options.WarmupSeconds * scale).ToString(CultureInfo.InvariantCulture),
            "--measure", (options.MeasureSeconds * scale).ToString(CultureInfo.InvariantCulture),
        ];
        if (options.RealBroker is not null)
        {
            arguments.AddRange(["--real", "--limit", cell.Stock.ToString(CultureInfo.InvariantCulture)]);
        }

        if (counts)
        {
            arguments.AddRange(["--counters", shim!.Counters]);
        }

        return arguments;
    }
}
