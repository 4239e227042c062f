using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics.CodeAnalysis;
using Amqp.Simulation;

namespace Amqp.Sim.Cli;

/// <summary>amqp-sim explore: worlds of asynchronous code, which is found in an assembly.</summary>
internal static class ExploreCommand
{
    private const int Failed = 1;

    /// <summary>Makes the command.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The command is not trimmed.")]
    public static Command Build()
    {
        Argument<FileInfo> assembly = new Argument<FileInfo>("assembly")
        {
            Description = "The assembly with the code, such as bin/Release/net10.0/Shop.Tests.dll.",
        }.AcceptExistingOnly();
        Argument<string?> method = new("method")
        {
            Description = "A static method that takes a SimContext and returns a Task, with as much of its name as "
                + "tells it from others. Without it those that there are are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<int> worlds = new("--worlds")
        {
            Description = "How many worlds to run.",
            DefaultValueFactory = static _ => 1000,
        };
        worlds.Validators.Add(static result => SimulateCommand.RequirePositive(result, "--worlds"));
        Option<string> seed = SimulateCommand.Seed();
        Option<string?> shard = SimulateCommand.ShardOption();
        Option<int> faults = new("--faults")
        {
            Description = "How many faults a world has at most.",
            DefaultValueFactory = static _ => new SimFaultMix().MaxFaults,
        };
        Option<string?> scenario = new("--scenario")
        {
            Description = "Runs this scenario instead, a text or a file with one, as a failure prints it.",
        };
        Option<DirectoryInfo?> evidence = new("--out")
        {
            Description = "Where the time line and the packets of a failure are written.",
        };
        Command explore = new("explore", "Runs your asynchronous code in random worlds, and shrinks what fails.")
        {
            assembly, method, worlds, seed, shard, faults, scenario, evidence,
        };
        explore.SetAction(parsed => Files.Read(() =>
        {
            string file = parsed.GetValue(assembly)!.FullName;
            if (parsed.GetValue(method) is not { } name)
            {
                return List(file);
            }

            (long first, long count) = Shard.Parse(parsed.GetValue(shard) ?? "1/1")!.Of(parsed.GetValue(worlds));
            var options = new SimExploreOptions
            {
                Worlds = (int)count,
                First = (int)first,
                Seed = SimulateCommand.ParseSeed(parsed.GetValue(seed)!)!.Value,
                Faults = new SimFaultMix { MaxFaults = parsed.GetValue(faults) },
            };
            var body = SimBody.Load(file, name);
            SimOptions conditions = (body.Options ?? new SimOptions()) with
            {
                EvidenceFolder = parsed.GetValue(evidence)?.FullName ?? body.Options?.EvidenceFolder,
            };
            return parsed.GetValue(scenario) is { } text
                ? Replay(text, body, conditions)
                : Run(options, body, conditions);
        }));
        return explore;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The command is not trimmed.")]
    private static int List(string file)
    {
        foreach (SimBody body in SimBody.List(file))
        {
            Console.WriteLine(body.Name);
        }

        return 0;
    }

    private static int Run(SimExploreOptions options, SimBody body, SimOptions conditions)
    {
        long start = TimeProvider.System.GetTimestamp();
        int done = 0;
        TimeSpan time = TimeSpan.Zero;
        ulong hash = 0;
        SimFailedException? failure = null;
        Say($"seed {options.Seed}, {options.Worlds} worlds of {body.Name}");
        if (options.Worlds > 0)
        {
            failure = Screen.Track(options.Worlds, progress =>
            {
                try
                {
                    SimExploration all = Simulation.Sim.Explore(
                        options with
                        {
                            Progress = (count, passed) =>
                            {
                                (done, time) = (count, passed);
                                progress(count);
                            },
                        },
                        body.Run,
                        conditions).GetAwaiter().GetResult();
                    hash = all.Hash;
                    return null;
                }
                catch (SimFailedException failed)
                {
                    return failed;
                }
            });
        }

        double real = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        Say($"speed: {done / real:0} worlds/s, {time.TotalSeconds / real:0} virtual seconds per second");
        return End(failure, done + (failure is null ? 0 : 1), time, real, failure?.Outcome.TraceHash ?? hash);
    }

    private static int Replay(string text, SimBody body, SimOptions conditions)
    {
        var scenario = SimScenario.Parse(File.Exists(text) ? File.ReadAllText(text) : text);
        long start = TimeProvider.System.GetTimestamp();
        SimOutcome outcome = Simulation.Sim.TryRun(scenario, body.Run, conditions).GetAwaiter().GetResult();
        SimFailedException? failure = null;
        if (!outcome.IsGood)
        {
            failure = new SimFailedException(outcome, outcome.ToString());
            Evidence(outcome, conditions);
        }

        double real = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        return End(failure, 1, outcome.Duration, real, outcome.TraceHash);
    }

    private static void Evidence(SimOutcome outcome, SimOptions conditions)
    {
        if (conditions.EvidenceFolder is { } folder)
        {
            foreach (string file in Simulation.Evidence.EvidenceFiles.Write(outcome, folder))
            {
                Console.WriteLine(file);
            }
        }
    }

    private static int End(SimFailedException? failure, int worlds, TimeSpan time, double real, ulong hash)
    {
        if (failure is not null)
        {
            Console.WriteLine(failure.Message);
            Console.WriteLine(failure.Outcome.Error);
        }

        Say($"worlds: {worlds}, failed: {(failure is null ? 0 : 1)}, virtual: {time.TotalSeconds:0} s, "
            + $"real: {real:0.0} s, hash: {hash:x16}");
        return failure is null ? 0 : Failed;
    }

    private static void Say(string text) => Console.WriteLine(text);
}
