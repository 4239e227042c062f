using System.Diagnostics;
using Amqp.Integration.Support;

namespace Amqp.Integration.Examples;

/// <summary>Runs a program that was built with the tests, in a process of its own with a deadline.</summary>
internal static class ExampleProcess
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Runs the example of this name to its end.</summary>
    /// <returns>Its exit code, and what it wrote.</returns>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string name, params string[] arguments)
    {
        // Tests and examples are built in one configuration: bin/CONFIGURATION/FRAMEWORK/.
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(
            Root, "examples", name, "bin", own.Parent!.Name, own.Name, $"{name}.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var deadline = Waiting.Deadline(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"the example {name} did not end within {Limit.TotalSeconds} s");
        }
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Amqp.Sim.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("not run inside the repository");
        }

        return folder.FullName;
    }
}
