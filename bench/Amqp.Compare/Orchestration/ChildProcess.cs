using System.Diagnostics;

namespace Amqp.Compare.Orchestration;

/// <summary>This executable started again in another part.</summary>
internal static class ChildProcess
{
    /// <summary>Starts it with redirected standard streams.</summary>
    public static Process Start(IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var path = Environment.ProcessPath
            ?? throw new InvalidOperationException("The path of this executable is unknown.");
        var start = new ProcessStartInfo(path)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Under `dotnet Amqp.Compare.dll` the process is the host, and the assembly is its first argument.
        if (Path.GetFileNameWithoutExtension(path) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"Cannot start {path}.");
    }

    private static string FirstLine(string text) => text.Trim().Split('\n')[0];

    /// <summary>Runs it to its end and returns its standard output; throws with its standard error when it fails or
    /// hangs.</summary>
    public static async Task<string> RunAsync(
        IEnumerable<string> arguments, TimeSpan limit, params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, environment);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(limit, TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new RunFailedException($"no end after {limit.TotalSeconds:0} s; it was killed");
        }

        return process.ExitCode == 0
            ? await output
            : throw new RunFailedException($"exit code {process.ExitCode}: {FirstLine(await error)}");
    }
}
