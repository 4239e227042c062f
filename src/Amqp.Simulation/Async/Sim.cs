using Amqp.Simulation.Async;

namespace Amqp.Simulation;

/// <summary>
/// Runs ordinary asynchronous code with a broker, a network and a clock under one seed: each run of a scenario does the
/// same, to the byte. Belongs to no test framework. Thread-safe; worlds of one process take turns.
/// </summary>
public static class Sim
{
    /// <summary>Runs code in a world.</summary>
    /// <param name="seed">The seed of all random streams.</param>
    /// <param name="body">The code; when its task ends, the world does.</param>
    /// <param name="options">The conditions; null for the defaults.</param>
    /// <returns>What became of it, which is nothing bad.</returns>
    /// <exception cref="SimFailedException">The code failed, got stuck, escaped, blocked its thread, took too long,
    /// left
    /// connections open, or a fault that it set never happened.</exception>
    /// <exception cref="InvalidOperationException">The process cannot run worlds; the message says what to
    /// do.</exception>
    public static Task<SimOutcome> Run(ulong seed, Func<SimContext, Task> body, SimOptions? options = null) =>
        Run(new SimScenario { Seed = seed }, body, options);

    /// <summary>Runs code in a world with the seed that <see cref="SimEnvironment.SeedVariable"/> names, or
    /// 1.</summary>
    /// <param name="body">The code.</param>
    /// <param name="options">The conditions; null for the defaults.</param>
    /// <returns>What became of it, which is nothing bad.</returns>
    /// <exception cref="SimFailedException">As for the other overload.</exception>
    public static Task<SimOutcome> Run(Func<SimContext, Task> body, SimOptions? options = null) =>
        Run(SimEnvironment.Seed ?? 1, body, options);

    /// <summary>Runs code in a world of a scenario that was printed, or written by hand.</summary>
    /// <param name="scenario">The scenario's text, see <see cref="SimScenario"/>.</param>
    /// <param name="body">The code.</param>
    /// <param name="options">The conditions; null for the defaults.</param>
    /// <returns>What became of it, which is nothing bad.</returns>
    /// <exception cref="SimFailedException">As for the other overload.</exception>
    /// <exception cref="FormatException">The scenario cannot be read; the message says where.</exception>
    public static Task<SimOutcome> Replay(string scenario, Func<SimContext, Task> body, SimOptions? options = null) =>
        Run(SimScenario.Parse(scenario), body, options);

    /// <summary>Runs code in a world of a scenario.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="body">The code.</param>
    /// <param name="options">The conditions; null for the defaults.</param>
    /// <returns>What became of it, which is nothing bad.</returns>
    /// <exception cref="SimFailedException">As for the other overload.</exception>
    public static async Task<SimOutcome> Run(
        SimScenario scenario, Func<SimContext, Task> body, SimOptions? options = null)
    {
        SimOutcome outcome = await TryRun(scenario, body, options).ConfigureAwait(false);
        return outcome.IsGood ? outcome : throw SimReport.Failure(outcome, options);
    }

    /// <summary>Runs code in a world and tells what became of it, without throwing for what the code did.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="body">The code.</param>
    /// <param name="options">The conditions; null for the defaults.</param>
    /// <returns>What became of it.</returns>
    /// <exception cref="InvalidOperationException">The process cannot run worlds, or the caller is in one.</exception>
    public static async Task<SimOutcome> TryRun(
        SimScenario scenario, Func<SimContext, Task> body, SimOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(body);
        options ??= new SimOptions();
        if (EscapeDetector.IsInWorld)
        {
            throw new InvalidOperationException("A world cannot be run inside of another one.");
        }

        bool isGuarded = options.Mode == SimMode.Guarded || (options.Mode == SimMode.Auto && SimHost.IsTestHost);
        await SimHost.WaitForTurnAsync().ConfigureAwait(false);
        try
        {
            if (isGuarded)
            {
                return new AsyncWorld(scenario, body, options, isGuarded: true).RunHere();
            }

            await SimHost.PrepareAsync().ConfigureAwait(false);
            return await new AsyncWorld(scenario, body, options, isGuarded: false).StartAsync().ConfigureAwait(false);
        }
        finally
        {
            SimHost.EndTurn();
        }
    }

    /// <summary>
    /// Runs code in many worlds, each with faults and a network of its own that are made up from its seed. The first
    /// that fails is made as small as it can be and reported.
    /// </summary>
    /// <param name="worlds">How many, at least 1.</param>
    /// <param name="body">The code; it must come to its end under any of these faults.</param>
    /// <param name="options">The conditions; null for the defaults.</param>
    /// <param name="faults">What may go wrong; null for a bit of everything.</param>
    /// <returns>What was run.</returns>
    /// <exception cref="SimFailedException">A world failed: the smallest scenario, as C# that repeats it.</exception>
    /// <remarks>The base seed is that of <see cref="SimEnvironment.SeedVariable"/>, or 1. When
    /// <see cref="SimEnvironment.ScenarioVariable"/> names a scenario, only that is run. A progress bar is drawn on a
    /// terminal, never in continuous integration (<c>CI</c>) or when the errors go to a file.</remarks>
    public static Task<SimExploration> Explore(
        int worlds, Func<SimContext, Task> body, SimOptions? options = null, SimFaultMix? faults = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(worlds, 1);
        return Explore(new SimExploreOptions { Worlds = worlds, Faults = faults }, body, options);
    }

    /// <summary>As the other overload, with a base seed, a first world and a progress of the caller's: the parts of an
    /// exploration may run on several machines, and the sum of their hashes is that of the whole.</summary>
    /// <param name="explore">Which worlds.</param>
    /// <param name="body">The code; it must come to its end under any of these faults.</param>
    /// <param name="options">The conditions; null for the defaults.</param>
    /// <returns>What was run.</returns>
    /// <exception cref="SimFailedException">A world failed: the smallest scenario, as C# that repeats it.</exception>
    public static Task<SimExploration> Explore(
        SimExploreOptions explore, Func<SimContext, Task> body, SimOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(explore);
        ArgumentOutOfRangeException.ThrowIfLessThan(explore.Worlds, 1, nameof(explore));
        ArgumentOutOfRangeException.ThrowIfNegative(explore.First, nameof(explore));
        ArgumentNullException.ThrowIfNull(body);
        return new Explorer(body, options ?? new SimOptions(), explore).RunAsync();
    }
}
