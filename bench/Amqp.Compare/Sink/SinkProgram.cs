namespace Amqp.Compare.Sink;

/// <summary>The `sink` sub-command.</summary>
internal static class SinkProgram
{
    /// <summary>Serves until standard input ends, so that it never outlives the process that started it.</summary>
    public static int Run(string[] args)
    {
        var line = new CommandLine(args, ["--port"], ["--stay"]);
        var server = new SinkServer((int)line.Number("--port", 0));
        Console.WriteLine(server.Port);
        if (!line.Has("--stay"))
        {
            _ = ExitWithParentAsync();
        }

        server.Run();
        return 0;
    }

    private static async Task ExitWithParentAsync()
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[64];
        await Task.Yield();
        while (await input.ReadAsync(buffer) > 0)
        {
        }

        Environment.Exit(0);
    }
}
