// A sweep is a batch job of whole worlds, which share nothing and wait for nothing: each worker is a thread of its own,
// so that a caller may limit the thread pool as the tiers of asynchronous code do.
#pragma warning disable RS0030

using System.Numerics;
using System.Runtime.ExceptionServices;
using Amqp.Engine.Base;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;

namespace Amqp.Simulation.Sweeps;

/// <summary>Runs many worlds, on several threads if asked to, with the same result for any number of them.</summary>
public static class WorldSweep
{
    private const int Batch = 64;

    private static readonly int s_marks = Enum.GetValues<WorldMark>().Length;

    /// <summary>Runs random worlds.</summary>
    /// <param name="options">How many, and which.</param>
    /// <param name="progress">Told now and then how many are done; from any of the threads, one at a time.</param>
    /// <returns>What became of them.</returns>
    public static SweepResult Run(SweepOptions options, Action<long>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Run(
            options.First,
            options.Worlds,
            index => ScenarioGenerator.Generate(unchecked(options.Seed + (ulong)index), options.Generator),
            options.Workers,
            options.MostFailures,
            progress);
    }

    /// <summary>Runs given worlds.</summary>
    /// <param name="count">How many.</param>
    /// <param name="make">Makes the one with this index; called from all threads.</param>
    /// <param name="workers">How many threads, at least 1.</param>
    /// <param name="mostFailures">After how many failures the sweep ends early.</param>
    /// <param name="progress">Told now and then how many are done.</param>
    /// <returns>What became of them.</returns>
    public static SweepResult Run(
        long count, Func<long, Scenario> make, int workers, int mostFailures = 10, Action<long>? progress = null) =>
        Run(0, count, make, workers, mostFailures, progress);

    private static SweepResult Run(
        long first, long count, Func<long, Scenario> make, int workers, int mostFailures, Action<long>? progress)
    {
        ArgumentNullException.ThrowIfNull(make);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        var state = new State(first, first + count, make, mostFailures, progress);
        Thread[] threads = [.. Enumerable.Range(0, workers).Select(_ => new Thread(state.Work))];
        Array.ForEach(threads, static each => each.Start());
        Array.ForEach(threads, static each => each.Join());
        state.Bug?.Throw();
        return state.Result;
    }

    private sealed class State(
        long from, long end, Func<long, Scenario> make, int mostFailures, Action<long>? progress)
    {
        private readonly Lock _gate = new();
        private long _next = from;

        public SweepResult Result { get; private set; } = new();

        public ExceptionDispatchInfo? Bug { get; private set; }

        public void Work()
        {
            try
            {
                while (Result.Failed < mostFailures && Bug is null)
                {
                    long first = Interlocked.Add(ref _next, Batch) - Batch;
                    if (first >= end)
                    {
                        return;
                    }

                    SweepResult batch = RunBatch(first, Math.Min(first + Batch, end));
                    lock (_gate)
                    {
                        Result = Result.Plus(batch);
                        progress?.Invoke(Result.Worlds);
                    }
                }
            }
            catch (Exception bug)
            {
                // A thread of its own has nobody to throw to but its starter.
                Bug = ExceptionDispatchInfo.Capture(bug);
            }
        }

        private static void Count(ulong marks, long[] reached)
        {
            for (; marks != 0; marks &= marks - 1)
            {
                reached[BitOperations.TrailingZeroCount(marks)]++;
            }
        }

        private SweepResult RunBatch(long first, long end)
        {
            List<SweepFailure> failures = [];
            long happenings = 0, faults = 0, notReached = 0, ticks = 0;
            ulong hash = 0, marks = 0;
            long[] reached = new long[s_marks];
            for (long index = first; index < end; index++)
            {
                Scenario scenario = make(index);
                Outcome outcome = SimWorld.Run(scenario, keepsTrace: false);
                happenings += outcome.Happenings;
                faults += scenario.Faults.Length;
                notReached += outcome.NotReached.Length;
                ticks += outcome.Duration.Ticks;
                marks |= outcome.Marks;
                Count(outcome.Marks, reached);

                // A sum does not care for the order in which threads come.
                hash = unchecked(hash + new Prng((ulong)index ^ outcome.TraceHash).NextUInt64());
                if (outcome.Label is { } label)
                {
                    string text = outcome.Failures.IsEmpty ? outcome.Pending! : outcome.Failures[0];
                    failures.Add(new SweepFailure(index, scenario, label, text, outcome.TraceHash));
                }
            }

            return new SweepResult
            {
                Worlds = end - first,
                Failed = failures.Count,
                Happenings = happenings,
                Virtual = new TimeSpan(ticks),
                Hash = hash,
                Marks = marks,
                Reached = [.. reached],
                Faults = faults,
                NotReached = notReached,
                Failures = [.. failures],
            };
        }
    }
}
