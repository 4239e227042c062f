using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.Sweeps;

namespace Amqp.Sim.Cli;

/// <summary>amqp-sim simulate and amqp-sim sweep.</summary>
internal static class SimulateCommand
{
    private const int GitHashLength = 40;
    private const int HashDigits = 16;

    /// <summary>Makes the command that runs random worlds.</summary>
    public static Command BuildSimulate()
    {
        Option<long> worlds = Worlds();
        Option<string> seed = Seed();
        Option<int> steps = Steps();
        Option<string?> shard = ShardOption();
        Option<int> failures = Failures();
        Option<int> workers = Workers();
        Option<FaultClasses> faults = new("--faults")
        {
            Description = "What may go wrong, as in \"Cuts, Restarts\".",
            DefaultValueFactory = _ => GeneratorOptions.Sweep.Faults,
        };
        Option<bool> trace = new("--trace")
        {
            Description = "Prints the scenario and the trace of the first world instead, as C# and as lines.",
        };
        Option<FileInfo?> scenario = new("--scenario")
        {
            Description = "Runs the scenario of this file instead, as --save writes it.",
        };
        Option<FileInfo?> save = new("--save")
        {
            Description = "Where the scenario that is shown or run, or the smallest one that fails, is written.",
        };
        Option<FileInfo?> json = new("--json") { Description = "Where a report is written for amqp-sim merge." };
        Option<FileInfo?> html = Html();
        Command simulate = new(
            "simulate", "Runs random worlds of a client, a network and a broker, and shrinks what fails.")
        {
            worlds, seed, workers, faults, steps, trace, scenario, save, shard, json, html, failures,
        };
        simulate.SetAction(parsed =>
        {
            string? target = parsed.GetValue(save)?.FullName;
            if (parsed.GetValue(scenario) is { } file)
            {
                return Files.Read(() => Simulator.RunFile(file.FullName, target));
            }

            long total = parsed.GetValue(worlds);
            (long first, long count) = parsed.GetValue(shard) is { } part ? Shard.Parse(part)!.Of(total) : (0, total);
            var options = new SweepOptions
            {
                Worlds = count,
                First = first,
                MostFailures = parsed.GetValue(failures),
                Seed = ParseSeed(parsed.GetValue(seed)!)!.Value,
                Workers = parsed.GetValue(workers),
                Generator = GeneratorOptions.Sweep with
                {
                    Faults = parsed.GetValue(faults),
                    MaxSteps = parsed.GetValue(steps),
                },
            };
            return Files.Read(() => parsed.GetValue(trace)
                ? Simulator.Trace(options, target)
                : Simulator.Simulate(
                    options,
                    total,
                    new SweepOutput(parsed.GetValue(json)?.FullName, parsed.GetValue(html)?.FullName, target)));
        });
        return simulate;
    }

    /// <summary>Makes the command that runs every world of a kind.</summary>
    public static Command BuildSweep()
    {
        Option<int> workers = Workers();
        Command sweep = new(
            "sweep", "Cuts a session at every byte, each way, in every way; and tries every pair of faults.")
        {
            workers,
        };
        sweep.SetAction(parsed => Simulator.Sweep(parsed.GetValue(workers)));
        return sweep;
    }

    /// <summary>A number, or the first half of a commit hash: a build runs other worlds for each commit.</summary>
    internal static ulong? ParseSeed(string text)
    {
        if (text.Length == GitHashLength && text.All(char.IsAsciiHexDigit))
        {
            return ulong.Parse(text.AsSpan(0, HashDigits), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) ? seed : null;
    }

    /// <summary>Where a page goes.</summary>
    internal static Option<FileInfo?> Html() => new("--html")
    {
        Description = "Where a report is written as a page with charts, which loads nothing.",
    };

    private static Option<long> Worlds()
    {
        Option<long> worlds = new("--worlds")
        {
            Description = "How many worlds to run.",
            DefaultValueFactory = _ => 10_000,
        };
        worlds.Validators.Add(result => RequirePositive(result, "--worlds"));
        return worlds;
    }

    internal static Option<string> Seed()
    {
        Option<string> seed = new("--seed")
        {
            Description = "The seed of the first world, a number or a git commit hash; each following has the next.",
            DefaultValueFactory = _ => "1",
        };
        seed.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && ParseSeed(text) is null)
            {
                result.AddError($"--seed must be a number or a commit hash of 40 digits, not {text}.");
            }
        });
        return seed;
    }

    private static Option<int> Steps()
    {
        Option<int> steps = new("--steps")
        {
            Description = "The most steps of a world.",
            DefaultValueFactory = _ => GeneratorOptions.Sweep.MaxSteps,
        };
        steps.Validators.Add(result => RequirePositive(result, "--steps"));
        return steps;
    }

    internal static Option<string?> ShardOption()
    {
        Option<string?> shard = new("--shard")
        {
            Description = "Runs one part of the worlds, as in 2/8; merge adds the reports up.",
        };
        shard.Validators.Add(static result =>
        {
            if (result.Tokens is [{ Value: var text }] && Shard.Parse(text) is null)
            {
                result.AddError($"--shard must be as in 2/8, the number of a part and how many there are, not {text}.");
            }
        });
        return shard;
    }

    private static Option<int> Failures()
    {
        Option<int> failures = new("--failures")
        {
            Description = "After how many failures it ends early.",
            DefaultValueFactory = static _ => new SweepOptions().MostFailures,
        };
        failures.Validators.Add(static result => RequirePositive(result, "--failures"));
        return failures;
    }

    private static Option<int> Workers()
    {
        Option<int> workers = new("--workers")
        {
            Description = "How many threads run worlds; the result does not depend on it.",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        workers.Validators.Add(result => RequirePositive(result, "--workers"));
        return workers;
    }

    internal static void RequirePositive(OptionResult result, string name)
    {
        if (result.Tokens is [{ Value: var text }]
            && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) && value < 1)
        {
            result.AddError($"{name} must be at least 1, not {text}.");
        }
    }
}
