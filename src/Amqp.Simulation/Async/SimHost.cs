using System.Reflection;
using Amqp.Simulation.Async;

namespace Amqp.Simulation;

/// <summary>The process in which worlds of asynchronous code run. Thread-safe.</summary>
public static class SimHost
{
    private static readonly SemaphoreSlim s_turn = new(1);
    private static readonly Lock s_gate = new();
    private static bool s_isReady;
    private static bool s_isTried;
    private static string? s_spoilt;

    /// <summary>True in a process that belongs to VSTest, as under <c>dotnet test</c> with xunit 2, NUnit or MSTest:
    /// there the thread pool must be left alone.</summary>
    public static bool IsTestHost { get; } = Assembly.GetEntryAssembly()?.GetName().Name is { } name
        && name.StartsWith("testhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>True when the process's thread pool has one worker.</summary>
    public static bool HasOneWorker
    {
        get
        {
            ThreadPool.GetMaxThreads(out int workers, out _);
            return workers == 1 && s_spoilt is null;
        }
    }

    /// <summary>
    /// Makes the process's thread pool one of a single worker, and checks that it works and that the runtime keeps all
    /// kinds of awaits on it. Does nothing the second time. <see cref="Sim.Run(ulong, Func{SimContext, Task},
    /// SimOptions)"/> does it by itself; a module initializer is the place for those who want it early.
    /// </summary>
    /// <exception cref="InvalidOperationException">The process cannot be made so; the message says what to do
    /// instead.</exception>
    public static void EnsureOneWorker()
    {
        lock (s_gate)
        {
            if (s_spoilt is not null)
            {
                throw new InvalidOperationException(s_spoilt);
            }

            if (s_isReady)
            {
                return;
            }

            if (IsTestHost)
            {
                throw new InvalidOperationException(Explain("this is a test host of VSTest, which needs its threads"));
            }

            WorkerPool.Restrict(Explain);
            s_isReady = true;
        }
    }

    /// <summary>The pool, and the first time the canary; called by whoever has the turn.</summary>
    internal static async Task PrepareAsync()
    {
        EnsureOneWorker();
        if (s_isTried)
        {
            return;
        }

        var options = new SimOptions { Mode = SimMode.OneWorker };
        SimOutcome outcome = await new AsyncWorld(new SimScenario(), Canary.RunAsync, options, isGuarded: false)
            .StartAsync().ConfigureAwait(false);
        if (!outcome.IsGood)
        {
            string last = outcome.Trace.Events.LastOrDefault(static each => each.Text.Length > 0)?.Text ?? "the start";
            throw new InvalidOperationException(
                $"This runtime ({Environment.Version}) does not keep an await on the pool's one worker as others do, "
                + $"so worlds of asynchronous code cannot be trusted here. It happened at '{last}': {outcome.Problem}");
        }

        s_isTried = true;
    }

    internal static Task WaitForTurnAsync() => s_turn.WaitAsync();

    internal static void EndTurn() => s_turn.Release();

    /// <summary>A world has taken the only thread for good: the process gets its threads back, and is of no use for
    /// further worlds.</summary>
    internal static void Spoil(string why)
    {
        lock (s_gate)
        {
            s_spoilt = why;
            s_isReady = false;
            WorkerPool.Release();
        }
    }

    private static string Explain(string problem) =>
        $"Worlds of asynchronous code need a process whose thread pool has one worker, and {problem}. Run them in an "
        + "executable or in a test project of xunit.v3, whose tests are a process of their own; or, under VSTest, in a "
        + $"child process ({nameof(SimChild)}); or, for code that does not use the pool, with {nameof(SimMode)}."
        + $"{nameof(SimMode.Guarded)}. See docs/simulator.md.";
}
