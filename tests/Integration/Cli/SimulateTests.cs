using System.Diagnostics;
using System.Globalization;
using Amqp.Integration.Examples;
using Amqp.Integration.Support;
using Amqp.Simulation.Sweeps;
using Xunit;

namespace Amqp.Integration.Cli;

/// <summary>amqp-sim simulate as a process of its own.</summary>
public class SimulateTests
{
    [Fact]
    public async Task Another_process_comes_to_the_same_hash()
    {
        SweepResult here = WorldSweep.Run(new SweepOptions { Worlds = 300, Seed = 9 });

        var (exitCode, output) = await RunAsync("--worlds", "300", "--seed", "9", "--workers", "2");

        Assert.Equal(0, exitCode);
        string last = output.TrimEnd().Split('\n')[^1];
        string virtualSeconds = here.Virtual.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);
        Assert.StartsWith($"worlds: 300, failed: 0, virtual: {virtualSeconds} s, real: ", last);
        Assert.EndsWith($"hash: {here.Hash:x16}", last);
    }

    [Fact]
    public async Task A_commit_is_a_seed_as_well()
    {
        var (exitCode, output) = await RunAsync("--worlds", "10", "--seed", "00000000000000ff0123456789abcdef01234567");
        Assert.Equal(0, exitCode);
        Assert.StartsWith("seed 255, 10 worlds", output);
    }

    [Fact]
    public async Task One_world_is_shown_as_code_and_line_by_line()
    {
        var (exitCode, output) = await RunAsync("--seed", "3", "--trace");
        Assert.Equal(0, exitCode);
        Assert.StartsWith("new Scenario\n{\n", output);
        Assert.Contains(" event SessionOpened ch=0\n", output);
    }

    [Theory]
    [InlineData("--worlds must be at least 1, not 0.", "--worlds", "0")]
    [InlineData("--workers must be at least 1, not -2.", "--workers", "-2")]
    [InlineData("--seed must be a number or a commit hash of 40 digits, not x.", "--seed", "x")]
    public async Task What_makes_no_sense_is_refused(string message, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains(message, output);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(
            ExampleProcess.Root, "src", "Amqp.Sim.Cli", "bin", own.Parent!.Name, own.Name, "amqp-sim.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "simulate", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync().Within();
        await process.WaitForExitAsync().Within();
        return (process.ExitCode, output + await errors.Within());
    }
}
