using System.Globalization;
using Spectre.Console;

namespace Amqp.Sim.Cli;

/// <summary>What a person sees who waits. In a file, a pipe or continuous integration there are only plain
/// lines.</summary>
internal static class Screen
{
    private const int ProgressLines = 10;

    /// <summary>True on a terminal that nobody calls continuous integration.</summary>
    public static bool IsLive { get; } = !Console.IsOutputRedirected
        && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI"));

    /// <summary>Runs something that tells how many worlds are done, under a bar that shows it.</summary>
    /// <param name="total">How many there are.</param>
    /// <param name="work">What is run; what it is given may be called from any thread.</param>
    public static T Track<T>(long total, Func<Action<long>, T> work) =>
        IsLive ? TrackLive(total, work) : work(Lines(total));

    private static T TrackLive<T>(long total, Func<Action<long>, T> work) => AnsiConsole.Progress()
        .AutoClear(true)
        .Columns(
            new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(),
            new SpinnerColumn())
        .Start(context =>
        {
            ProgressTask bar = context.AddTask("worlds", maxValue: total);
            long start = TimeProvider.System.GetTimestamp();
            return work(done =>
            {
                bar.Description = string.Create(
                    CultureInfo.InvariantCulture, $"{done} worlds, {Rate(done, start):0} worlds/s");
                bar.Value = done;
            });
        });

    private static Action<long> Lines(long total)
    {
        long start = TimeProvider.System.GetTimestamp();
        long shown = 0;
        return done =>
        {
            if (done * ProgressLines / total > shown && done < total)
            {
                shown = done * ProgressLines / total;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"  {done} worlds, {Rate(done, start):0} worlds/s"));
            }
        };
    }

    private static double Rate(long done, long start) =>
        done / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
}
