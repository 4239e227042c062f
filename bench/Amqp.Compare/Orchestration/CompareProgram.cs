using System.Text.Json;

namespace Amqp.Compare.Orchestration;

/// <summary>The orchestrator: the default command.</summary>
internal static class CompareProgram
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Runs the comparison, prints the tables and writes the JSON. 0 when every run ran and no claim was
    /// false.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["--help" or "-h"])
        {
            Console.WriteLine(CompareOptions.Help);
            return 0;
        }

        CompareOptions options;
        try
        {
            options = CompareOptions.Parse(args);
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException)
        {
            Console.Error.WriteLine(wrong.Message);
            return 2;
        }

        var (shim, reason) = await SystemCallShim.TryBuildAsync();
        using var counting = shim;
        var note = shim is null
            ? $"System calls were not counted: {reason}."
            : "System calls were counted by a preloaded shim, in runs of their own.";
        await using var sink = options.RealBroker is null ? await SinkProcess.StartAsync() : null;
        var comparison = new Comparison(options, sink, shim);
        await comparison.RunAsync();
        Console.WriteLine(new MarkdownReport(options, comparison).Write(note));
        if (options.JsonPath is { } path)
        {
            var document = new
            {
                Machine = MachineFacts.Here(),
                options.Rounds,
                options.WarmupSeconds,
                options.MeasureSeconds,
                Broker = options.RealBroker is null ? "sink" : "real",
                Counting = note,
                comparison.Runs,
                comparison.Counted,
                comparison.Failures,
            };
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(document, Indented) + "\n");
        }

        return comparison.Failures.Count == 0 ? 0 : 1;
    }
}
