using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Amqp.Engine.Base;
using Amqp.Integration.Examples;
using Amqp.Integration.Support;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Sweeps;
using Amqp.Simulation.World;
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
    [InlineData("--shard must be as in 2/8, the number of a part and how many there are, not 3/2.", "--shard", "3/2")]
    [InlineData("--seed must be a number or a commit hash of 40 digits, not x.", "--seed", "x")]
    public async Task What_makes_no_sense_is_refused(string message, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains(message, output);
    }

    [Fact]
    public async Task A_scenario_goes_into_a_file_and_comes_out_as_the_same_world()
    {
        using var folder = new ScratchFolder();
        var (_, shown) = await RunAsync("--seed", "3", "--trace", "--save", folder.File("world.txt"));
        var (exitCode, run) = await RunAsync("--scenario", folder.File("world.txt"));
        string hash = run.TrimEnd().Split("hash: ")[^1];
        Assert.Contains($"#{hash}", shown);
        Assert.Equal(run.Contains("NOT REACHED") ? 1 : 0, exitCode);
    }

    [Fact]
    public async Task A_scenario_that_cannot_happen_is_not_reached_and_not_passed()
    {
        using var folder = new ScratchFolder();
        await File.WriteAllTextAsync(
            folder.File("never.txt"),
            "open 0\nsettle\nclose\nat 0s cut reset in the body of the first basic.publish\n");
        var (exitCode, output) = await RunAsync("--scenario", folder.File("never.txt"));
        Assert.Equal(1, exitCode);
        Assert.Contains("NOT REACHED: CutConnection", output);
        Assert.Contains("worlds: 1, failed: 1, ", output);
    }

    [Fact]
    public async Task A_scenario_that_does_not_parse_says_where()
    {
        using var folder = new ScratchFolder();
        await File.WriteAllTextAsync(folder.File("bad.txt"), "open 0\nwalk 1\n");
        var (exitCode, output) = await RunAsync("--scenario", folder.File("bad.txt"));
        Assert.Equal(2, exitCode);
        Assert.StartsWith("line 2, column 1, 'walk 1': ", output);
    }

    [Fact]
    public async Task Shards_merge_into_the_sweep_they_are_parts_of()
    {
        using var folder = new ScratchFolder();
        SweepResult whole = WorldSweep.Run(new SweepOptions { Worlds = 200, Seed = 5 });
        for (int part = 1; part <= 3; part++)
        {
            await RunAsync(
                "--worlds", "200", "--seed", "5", "--shard", $"{part}/3", "--json", folder.File($"{part}.json"));
        }

        var (partly, missing) = await StartAsync("merge", folder.File("1.json"), folder.File("3.json"));
        Assert.Equal(1, partly);
        Assert.Contains("67 of 200 worlds are in none of the reports", missing);

        var (gap, between) = await StartAsync(
            "merge", folder.File("1.json"), folder.File("3.json"), "--json", folder.File("sum.json"));
        Assert.Equal(2, gap);
        Assert.Contains("worlds between the reports are missing, so their sum is not written", between);
        Assert.False(File.Exists(folder.File("sum.json")));

        var (exitCode, output) = await StartAsync(
            "merge", folder.File("3.json"), folder.File("1.json"), folder.File("2.json"));
        Assert.Equal(0, exitCode);
        Assert.StartsWith("worlds: 200, failed: 0, ", output);
        Assert.EndsWith($"hash: {whole.Hash:x16}", output.TrimEnd());

        var (twice, doubled) = await StartAsync("merge", folder.File("1.json"), folder.File("1.json"));
        Assert.Equal(2, twice);
        Assert.Contains("world 0 is in two of the reports", doubled);

        await RunAsync(
            "--worlds", "200", "--seed", "5", "--steps", "9", "--shard", "2/3", "--json", folder.File("other.json"));
        var (mixed, stranger) = await StartAsync("merge", folder.File("1.json"), folder.File("other.json"));
        Assert.Equal(2, mixed);
        Assert.Contains("their seeds, numbers of worlds, faults or steps differ", stranger);
    }

    [Fact]
    public async Task A_world_without_tasks_leaves_a_time_line_and_packets()
    {
        using var folder = new ScratchFolder();
        await RunAsync("--seed", "4", "--trace", "--save", folder.File("world.txt"));
        var (exitCode, output) = await StartAsync("timeline", folder.File("world.txt"), "--out", folder.File("out"));
        Assert.Equal(0, exitCode);
        string[] files = output.TrimEnd().Split('\n');
        Assert.Equal([".html", ".txt", ".mmd", ".pcapng"], files.Select(Path.GetExtension));
        Assert.Contains("connection.tune-ok", await File.ReadAllTextAsync(files[1]));
    }

    [Fact]
    public async Task A_sweep_and_the_sum_of_its_parts_make_the_same_page_with_charts()
    {
        using var folder = new ScratchFolder();
        var (exitCode, _) = await RunAsync("--worlds", "200", "--seed", "5", "--html", folder.File("whole.html"));
        Assert.Equal(0, exitCode);
        for (int part = 1; part <= 2; part++)
        {
            await RunAsync(
                "--worlds", "200", "--seed", "5", "--shard", $"{part}/2", "--json", folder.File($"{part}.json"));
        }

        await StartAsync(
            "merge", folder.File("2.json"), folder.File("1.json"), "--html", folder.File("sum.html"));
        string whole = await File.ReadAllTextAsync(folder.File("whole.html"));
        Assert.Equal(Charts(whole), Charts(await File.ReadAllTextAsync(folder.File("sum.html"))));
        Assert.Contains("<title>200 worlds, none failed</title>", whole);
        Assert.Contains(
            "<span>Accepted</span><span><div class=\"bar\" style=\"--part:1\"></div></span><span>200, ", whole);
        foreach (WorldMark mark in Enum.GetValues<WorldMark>())
        {
            Assert.Contains($">{mark}</span>", whole);
        }

        Assert.DoesNotMatch(@"(?i)<script|(src|href)\s*=|url\(|https?:|@import", whole);
        XDocument.Parse(whole[whole.IndexOf("<body>", StringComparison.Ordinal)..whole.IndexOf(
            "</html>", StringComparison.Ordinal)]);
    }

    [SkippableFact]
    public async Task A_terminal_gets_a_bar_tables_and_charts_and_still_the_last_line()
    {
        string script = "/usr/bin/script";
        Skip.IfNot(File.Exists(script), "there is no program that makes terminals on this machine");
        using var folder = new ScratchFolder();
        var start = new ProcessStartInfo(
            script, ["-qec", $"dotnet '{Program}' simulate --worlds 300 --seed 9", folder.File("typescript")])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["TERM"] = "xterm-256color";
        start.Environment.Remove("CI");
        string live = await OutputAsync(start);
        Assert.Contains("\u001b[38;5;", live);
        Assert.Contains("each second", live);
        Assert.Contains("worlds in a thousand that came by a mark", live);
        Assert.Contains("worlds: 300, failed: 0, virtual: ", live);

        start.Environment["CI"] = "true";
        string plain = await OutputAsync(start);
        Assert.DoesNotContain("each second", plain);
        Assert.Contains("marks: ", plain);
    }

    [Fact]
    public async Task Code_in_an_assembly_is_explored_and_its_failure_comes_again_from_its_scenario()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        string assembly = Path.Combine(
            ExampleProcess.Root, "examples", "ChildProcessTests", "bin", own.Parent!.Name, own.Name,
            "ChildProcessTests.dll");
        var (listed, names) = await StartAsync("explore", assembly);
        Assert.Equal(0, listed);
        Assert.Contains("Amqp.Examples.ChildProcessTests.ConfirmWorlds.NothingIsLost\n", names);

        var (good, output) = await StartAsync("explore", assembly, "ConfirmWorlds.NothingIsLost", "--worlds", "60");
        Assert.Equal(0, good);
        string last = output.TrimEnd().Split('\n')[^1];
        Assert.Matches(@"^worlds: 60, failed: 0, virtual: \d+ s, real: [\d.]+ s, hash: [0-9a-f]{16}$", last);
        ulong sum = 0;
        for (int part = 1; part <= 3; part++)
        {
            var (_, shard) = await StartAsync(
                "explore", assembly, "NothingIsLost", "--worlds", "60", "--shard", $"{part}/3");
            sum = unchecked(sum + ulong.Parse(shard.TrimEnd()[^16..], NumberStyles.HexNumber));
        }

        Assert.EndsWith(sum.ToString("x16", CultureInfo.InvariantCulture), last);

        using var folder = new ScratchFolder();
        var (bad, failure) = await StartAsync("explore", assembly, "TriedOnce", "--out", folder.File("evidence"));
        Assert.Equal(1, bad);
        string scenario = Regex.Match(failure, "await Sim.Replay\\(\"([^\"]+)\"").Groups[1].Value;
        Assert.Equal(4, Directory.GetFiles(folder.File("evidence")).Length);
        var (again, repeated) = await StartAsync("explore", assembly, "TriedOnce", "--scenario", scenario);
        Assert.Equal(1, again);
        Assert.Equal(failure.TrimEnd()[^16..], repeated.TrimEnd()[^16..]);

        var (none, complaint) = await StartAsync("explore", assembly, "Nothing");
        Assert.Equal(2, none);
        Assert.Contains("no static method 'Nothing' of ChildProcessTests.dll", complaint);
    }

    [Fact]
    public async Task A_packet_capture_becomes_recordings_that_can_be_replayed()
    {
        using var folder = new ScratchFolder();
        var trace = new SimTrace();
        SimWorld.Run(SystematicSweep.ShortSession, trace);
        using (FileStream packets = File.Create(folder.File("wire.pcapng")))
        {
            PcapngWriter.Write(trace, packets, DateTimeOffset.UnixEpoch);
        }

        var (exitCode, output) = await StartAsync(
            "convert", folder.File("wire.pcapng"), "--out", folder.File("recordings"));
        Assert.Equal(0, exitCode);
        Assert.EndsWith("connections: 1", output.TrimEnd());
        var (replayed, told) = await StartAsync("replay", Path.Combine(folder.File("recordings"), "wire-1.amqprec"));
        Assert.Equal(0, replayed);
        Assert.EndsWith("failed: 0", told.TrimEnd());

        await File.WriteAllTextAsync(folder.File("none.pcap"), "no packets at all");
        var (bad, complaint) = await StartAsync("convert", folder.File("none.pcap"), "--out", folder.File("x"));
        Assert.Equal(2, bad);
        Assert.Contains("cannot be read at byte 4", complaint);
    }

    [Fact]
    public async Task A_recording_is_replayed_in_pieces_and_with_cuts()
    {
        using var folder = new ScratchFolder();
        await File.WriteAllTextAsync(folder.File("session.amqprec"), Recording());
        var (exitCode, output) = await StartAsync("replay", folder.File("session.amqprec"), "--cuts");
        Assert.Equal(0, exitCode);
        Assert.Matches(
            @"^events: \d{2,}, bytes of the broker: \d{3,}, pieces: 4 ways, cuts: \d{3,}, failed: 0", output);

        await File.WriteAllTextAsync(folder.File("none.amqprec"), "something else\n");
        var (bad, complaint) = await StartAsync("replay", folder.File("none.amqprec"));
        Assert.Equal(2, bad);
        Assert.Contains("line 1: a recording begins with", complaint);
    }

    private static string Recording()
    {
        var trace = new SimTrace();
        SimWorld.Run(SystematicSweep.ShortSession, trace);
        IEnumerable<string> lines = trace.Events
            .Where(static each => each.Lane == TraceLane.Client && !each.Bytes.IsEmpty)
            .Select(static each => string.Create(
                CultureInfo.InvariantCulture,
                $"{(each.At - MonoTime.Zero).TotalSeconds:0.000000} {(each.Kind == TraceKind.Sent ? '>' : '<')} "
                + $"{Convert.ToHexString(each.Bytes.Span)}"));
        return $"amqprec 1\n{string.Join('\n', lines)}\n";
    }

    private static Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        StartAsync(["simulate", .. arguments]);

    private static string Program
    {
        get
        {
            var own = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(
                ExampleProcess.Root, "src", "Amqp.Sim.Cli", "bin", own.Parent!.Name, own.Name, "amqp-sim.dll");
        }
    }

    private static string Charts(string page) => page[page.IndexOf("<h2>Faults", StringComparison.Ordinal)..];

    private static async Task<string> OutputAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        string output = await process.StandardOutput.ReadToEndAsync().Within();
        await process.WaitForExitAsync().Within();
        return output;
    }

    private static async Task<(int ExitCode, string Output)> StartAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Program, .. arguments])
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
