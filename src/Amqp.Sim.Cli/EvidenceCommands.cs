using System.CommandLine;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.Time;
using Amqp.Simulation.World;

namespace Amqp.Sim.Cli;

/// <summary>amqp-sim timeline, replay and merge: commands that begin with files.</summary>
internal static class EvidenceCommands
{
    private const int Failed = 1;
    private const string RecordingExtension = ".amqprec";

    /// <summary>Makes the command that shows a run.</summary>
    public static Command BuildTimeline()
    {
        Argument<FileInfo> file = new Argument<FileInfo>("file")
        {
            Description = "A recording (.amqprec), or a scenario as simulate --save writes it.",
        }.AcceptExistingOnly();
        Option<DirectoryInfo> folder = new("--out")
        {
            Description = "Where the page, the text, the diagram and the packets are written.",
            DefaultValueFactory = static _ => new DirectoryInfo("."),
        };
        Command timeline = new("timeline", "Writes a run as a page, as text, as a diagram and as packets.")
        {
            file, folder,
        };
        timeline.SetAction(parsed => Files.Read(() =>
        {
            string path = parsed.GetValue(file)!.FullName;
            string to = parsed.GetValue(folder)!.FullName;
            return path.EndsWith(RecordingExtension, StringComparison.OrdinalIgnoreCase)
                ? Show(SessionRecording.Load(path).ToTrace(), to, Path.GetFileName(path), "")
                : ShowWorld(Scenario.Parse(File.ReadAllText(path)), to);
        }));
        return timeline;
    }

    /// <summary>Makes the command that feeds a recording to the engine again.</summary>
    public static Command BuildReplay()
    {
        Argument<FileInfo> file = new Argument<FileInfo>("recording")
        {
            Description = "A recording (.amqprec).",
        }.AcceptExistingOnly();
        Option<bool> cuts = new("--cuts")
        {
            Description = "Ends the stream at every byte of the broker's as well, each time with a reset.",
        };
        Command replay = new(
            "replay", "Feeds a recorded session to the engine, whole and in pieces, and compares what it tells.")
        {
            file, cuts,
        };
        replay.SetAction(parsed => Files.Read(() =>
            Replay(SessionRecording.Load(parsed.GetValue(file)!.FullName), parsed.GetValue(cuts))));
        return replay;
    }

    /// <summary>Makes the command that adds up reports.</summary>
    public static Command BuildMerge()
    {
        Argument<FileInfo[]> files = new Argument<FileInfo[]>("reports")
        {
            Description = "What simulate --json wrote for the parts of one sweep.",
            Arity = ArgumentArity.OneOrMore,
        }.AcceptExistingOnly();
        Option<FileInfo?> json = new("--json") { Description = "Where the sum is written." };
        Option<FileInfo?> html = SimulateCommand.Html();
        Command merge = new("merge", "Adds up the parts of a sweep that was run in shards.") { files, json, html };
        merge.SetAction(parsed => Files.Read(() =>
        {
            SweepReport[] parts =
                [.. parsed.GetValue(files)!.Select(static each => SweepReport.Load(each.FullName))];
            SweepReport sum = SweepReport.Merge(parts);
            foreach (ReportedFailure failure in sum.Failures)
            {
                Console.WriteLine($"FAILED seed {failure.Seed} #{failure.TraceHash}: {failure.Text}");
            }

            if (sum.Worlds < sum.Total)
            {
                Console.WriteLine($"{sum.Total - sum.Worlds} of {sum.Total} worlds are in none of the reports");
            }

            if (parsed.GetValue(json) is { } target)
            {
                SweepReport.SaveSum(target.FullName, sum, parts);
            }

            if (parsed.GetValue(html) is { } page)
            {
                File.WriteAllText(page.FullName, SweepPage.Write(sum));
            }

            Console.WriteLine(sum);
            return sum.Failed > 0 || sum.Worlds < sum.Total ? Failed : 0;
        }));
        return merge;
    }

    private static int ShowWorld(Scenario scenario, string folder)
    {
        var trace = new SimTrace();
        Outcome outcome = SimWorld.Run(scenario, trace);
        string verdict = outcome.IsGood ? "good" : outcome.Label!;
        Show(trace, folder, $"{verdict}: seed {scenario.Seed}", string.Join("\n", outcome.Failures) + outcome.Pending);
        return outcome.IsGood ? 0 : Failed;
    }

    private static int Show(SimTrace trace, string folder, string title, string summary)
    {
        foreach (string file in EvidenceFiles.Write(trace, folder, title, summary, VirtualTimeProvider.DefaultStart))
        {
            Console.WriteLine(file);
        }

        return 0;
    }

    private static int Replay(SessionRecording recording, bool cuts)
    {
        ReplayOutcome whole = RecordingReplay.Run(recording);
        List<string> failures = [.. whole.Failures];
        (string Name, Chunking Chunks)[] ways =
        [
            ("one byte at a time", Chunking.OneByte), ("seven bytes at a time", Chunking.FixedSize(7)),
            ("random pieces", Chunking.RandomPrefix),
        ];
        foreach ((string name, Chunking chunks) in ways)
        {
            if (!RecordingReplay.Run(recording, chunks).WithoutPieces().SequenceEqual(whole.WithoutPieces()))
            {
                failures.Add($"{name} the engine tells something else");
            }
        }

        int bytes = recording.Bytes(LinkDirection.ToClient).Length;
        for (int at = 1; cuts && at < bytes; at++)
        {
            failures.AddRange(RecordingReplay.Run(recording, cutAt: at).Failures.Select(f => $"cut at {at}: {f}"));
        }

        failures.ForEach(Console.WriteLine);
        Console.WriteLine(
            $"events: {whole.Events.Length}, bytes of the broker: {bytes}, pieces: {ways.Length + 1} ways, "
            + $"cuts: {(cuts ? bytes - 1 : 0)}, failed: {failures.Count}");
        return failures.Count > 0 ? Failed : 0;
    }
}
