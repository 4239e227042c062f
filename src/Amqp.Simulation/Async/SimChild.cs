using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Runtime.Loader;
using Amqp.Simulation.Async;

namespace Amqp.Simulation;

/// <summary>
/// Runs worlds in a child process, for test projects whose own process cannot: those of VSTest, such as xunit 2. The
/// child is <c>Amqp.Simulation.Host</c>, which the test project references; it loads the test project's assembly and
/// runs a static method of it.
/// </summary>
/// <remarks>A static property <c>Options</c> of type <see cref="SimOptions"/> beside the method gives the conditions.
/// The
/// environment variables of <see cref="SimEnvironment"/> reach the child. Thread-safe; children run side by
/// side.</remarks>
public static class SimChild
{
    private const string HostName = "Amqp.Simulation.Host.dll";
    private const string RunVerb = "run";
    private const string ExploreVerb = "explore";

    /// <summary>How long, in real time, a child may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs one world.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="body">A static method.</param>
    /// <returns>What the child wrote.</returns>
    /// <exception cref="SimChildException">The world failed, or the child did.</exception>
    public static Task<string> Run(ulong seed, Func<SimContext, Task> body) =>
        StartAsync(RunVerb, body, new SimScenario { Seed = seed }.ToString());

    /// <summary>Runs one world of a scenario.</summary>
    /// <param name="scenario">The scenario's text.</param>
    /// <param name="body">A static method.</param>
    /// <returns>What the child wrote.</returns>
    /// <exception cref="SimChildException">The world failed, or the child did.</exception>
    public static Task<string> Replay(string scenario, Func<SimContext, Task> body) =>
        StartAsync(RunVerb, body, SimScenario.Parse(scenario).ToString());

    /// <summary>Runs many worlds in one child, as <c>Sim.Explore</c> does.</summary>
    /// <param name="worlds">How many, at least 1.</param>
    /// <param name="body">A static method.</param>
    /// <returns>What the child wrote; the last line tells the worlds and their hash.</returns>
    /// <exception cref="SimChildException">A world failed, or the child did.</exception>
    public static Task<string> Explore(int worlds, Func<SimContext, Task> body)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(worlds, 1);
        return StartAsync(ExploreVerb, body, worlds.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>The child's side: the entry point of <c>Amqp.Simulation.Host</c>.</summary>
    /// <param name="args">The assembly, the type, the method, what to do, and the scenario or the number of
    /// worlds.</param>
    /// <returns>0, or 1 when a world failed, or 2 when there is none to run.</returns>
    [RequiresUnreferencedCode("The method to run is found by its name.")]
    public static async Task<int> MainAsync(string[] args)
    {
        if (args is not [var path, var typeName, var methodName, var verb, var what])
        {
            await Console.Error.WriteLineAsync(
                $"usage: {Path.GetFileNameWithoutExtension(HostName)} ASSEMBLY TYPE METHOD run SCENARIO\n"
                + "or the same with: explore WORLDS")
                .ConfigureAwait(false);
            return 2;
        }

        try
        {
            Assembly assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(path));
            Type type = assembly.GetType(typeName, throwOnError: true)!;
            const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
            MethodInfo method = type.GetMethod(methodName, Static, [typeof(SimContext)])
                ?? throw new MissingMethodException(typeName, methodName);
            SimBody body = SimBody.Of(type, method);
            object result = verb == ExploreVerb
                ? await Sim.Explore(int.Parse(what, CultureInfo.InvariantCulture), body.Run, body.Options)
                    .ConfigureAwait(false)
                : await Sim.Replay(what, body.Run, body.Options).ConfigureAwait(false);
            Console.WriteLine(result);
            return 0;
        }
        catch (SimFailedException failure)
        {
            Console.WriteLine(failure.Message);
            Console.WriteLine(failure.Outcome.Error?.ToString());
            return 1;
        }
    }

    private static async Task<string> StartAsync(string verb, Func<SimContext, Task> body, string what)
    {
        ArgumentNullException.ThrowIfNull(body);
        Type type = body.Method.DeclaringType!;
        if (!body.Method.IsStatic)
        {
            throw new ArgumentException(
                $"{AwaitChain.NameOf(type, body.Method.Name)} must be a static method: the child finds it by its name.",
                nameof(body));
        }

        string folder = AppContext.BaseDirectory;
        string assembly = Path.Combine(folder, type.Assembly.GetName().Name + ".dll");
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                "exec",
                "--runtimeconfig", Path.ChangeExtension(assembly, ".runtimeconfig.json"),
                "--depsfile", Path.ChangeExtension(assembly, ".deps.json"),
                Path.Combine(folder, HostName),
                assembly, type.FullName!, body.Method.Name, verb, what,
            },
        };
        using Process child = Process.Start(start) ?? throw new SimChildException("the child could not be started");
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        try
        {
            Task<string> output = child.StandardOutput.ReadToEndAsync(patience.Token);
            Task<string> errors = child.StandardError.ReadToEndAsync(patience.Token);
            await child.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            string text = await output.ConfigureAwait(false);
            return child.ExitCode == 0
                ? text
                : throw new SimChildException($"{text}{await errors.ConfigureAwait(false)}".Trim());
        }
        catch (OperationCanceledException)
        {
            child.Kill(entireProcessTree: true);
            throw new SimChildException($"the child did not end within {Patience.TotalMinutes:0} minutes of real time");
        }
    }
}
