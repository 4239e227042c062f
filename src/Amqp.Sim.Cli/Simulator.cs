using System.Globalization;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.Sweeps;
using Amqp.Simulation.World;

namespace Amqp.Sim.Cli;

/// <summary>Runs sweeps of worlds and says what became of them.</summary>
internal static class Simulator
{
    private const int Failed = 1;
    private const int ShownFailures = 3;

    /// <summary>Runs random worlds; returns the exit code.</summary>
    /// <param name="options">Which worlds.</param>
    /// <param name="total">How many worlds the whole sweep has, of which these may be a part.</param>
    /// <param name="output">Where reports and the smallest scenario that fails are written.</param>
    public static int Simulate(SweepOptions options, long total, SweepOutput output)
    {
        GeneratorOptions worlds = options.Generator;
        Say($"seed {options.Seed}, {options.Worlds} worlds, {options.Workers} workers, up to "
            + $"{worlds.MaxSteps} steps and {worlds.MaxFaults} faults ({worlds.Faults})");
        long start = TimeProvider.System.GetTimestamp();
        SweepResult result = Screen.Track(options.Worlds, progress => WorldSweep.Run(options, progress));
        TimeSpan real = TimeProvider.System.GetElapsedTime(start);
        var report = SweepReport.Of(options, total, result, real);
        SweepScreen.Show(report);
        string? save = output.Save;
        foreach (SweepFailure failure in result.Failures.Take(ShownFailures))
        {
            Save(Show(failure, options.Seed), save);
            save = null;
        }

        output.Write(report);
        Say(report.ToString());
        return result.Failed > 0 ? Failed : 0;
    }

    /// <summary>Runs the scenario of a file; returns the exit code. A fault that never happened has shown
    /// nothing.</summary>
    public static int RunFile(string path, string? save)
    {
        Scenario scenario = Scenario.Parse(File.ReadAllText(path));
        long start = TimeProvider.System.GetTimestamp();
        Outcome outcome = SimWorld.Run(scenario);
        TimeSpan real = TimeProvider.System.GetElapsedTime(start);
        Say(outcome.ToString());
        Save(scenario, save);
        int failed = outcome.IsGood && outcome.NotReached.IsEmpty ? 0 : Failed;
        foreach (PlannedFault fault in outcome.NotReached)
        {
            Say($"NOT REACHED: {fault.Fault} of {fault.At} never happened, so the run shows nothing about it");
        }

        Say($"worlds: 1, failed: {failed}, virtual: {outcome.Duration.TotalSeconds:0} s, "
            + $"real: {real.TotalSeconds:0.0} s, hash: {outcome.TraceHash:x16}");
        return failed;
    }

    /// <summary>Shows one world whole; returns the exit code.</summary>
    public static int Trace(SweepOptions options, string? save)
    {
        Scenario scenario = ScenarioGenerator.Generate(options.Seed, options.Generator);
        Outcome outcome = SimWorld.Run(scenario);
        Save(scenario, save);
        Say(scenario.ToCSharp());
        Say(outcome.ToString());
        foreach (PlannedFault fault in outcome.NotReached)
        {
            Say($"not reached: {fault}");
        }

        return outcome.IsGood ? 0 : Failed;
    }

    /// <summary>Runs every cut and every pair of faults; returns the exit code.</summary>
    public static int Sweep(int workers)
    {
        long start = TimeProvider.System.GetTimestamp();
        Outcome whole = SimWorld.Run(SystematicSweep.Session, keepsTrace: false);
        SweepResult cuts = SystematicSweep.CutEverywhere(SystematicSweep.Session, workers);
        Say($"cuts: {whole.BytesToBroker + 1} places to the broker and {whole.BytesToClient + 1} to the client, "
            + $"4 ways: {cuts.Worlds} worlds, {cuts.Failed} failed");
        SweepResult pairs = SystematicSweep.Pairs(SystematicSweep.ShortSession, SystematicSweep.Catalogue, workers);
        int faults = SystematicSweep.Catalogue.Length;
        Say($"pairs: {faults} x {faults} faults at {pairs.Worlds / (faults * faults)} times: {pairs.Worlds} worlds, "
            + $"{pairs.Failed} failed");
        foreach (SweepFailure failure in cuts.Failures.Take(ShownFailures).Concat(pairs.Failures.Take(ShownFailures)))
        {
            Show(failure, null);
        }

        return End(cuts.Plus(pairs), TimeProvider.System.GetElapsedTime(start));
    }

    private static void Save(Scenario scenario, string? path)
    {
        if (path is not null)
        {
            File.WriteAllText(path, scenario.ToText());
        }
    }

    private static Scenario Show(SweepFailure failure, ulong? firstSeed)
    {
        string seed = firstSeed is { } first
            ? $"seed {unchecked(first + (ulong)failure.Index)}"
            : $"world {failure.Index}";
        Say($"\nFAILED {seed} #{failure.TraceHash:x16}: {failure.Text}");
        (Scenario smallest, int runs) = ScenarioShrinker.Shrink(failure.Scenario);
        Outcome outcome = SimWorld.Run(smallest);
        Say($"smallest of {runs} candidates: {smallest.Steps.Length} steps, {smallest.Faults.Length} faults, "
            + $"#{outcome.TraceHash:x16}, breaks {outcome.Label}");
        Say(smallest.ToCSharp());
        Say(outcome.ToString());
        return smallest;
    }

    private static int End(SweepResult result, TimeSpan real)
    {
        Say($"worlds: {result.Worlds}, failed: {result.Failed}, virtual: {result.Virtual.TotalSeconds:0} s, "
            + $"real: {real.TotalSeconds:0.0} s, hash: {result.Hash:x16}");
        return result.Failed > 0 ? Failed : 0;
    }

    private static void Say(FormattableString text) => Say(text.ToString(CultureInfo.InvariantCulture));

    private static void Say(string text) => Console.WriteLine(text);
}
