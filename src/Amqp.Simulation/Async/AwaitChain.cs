using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text.RegularExpressions;
using Amqp.Simulation.Time;

namespace Amqp.Simulation.Async;

/// <summary>
/// Where an asynchronous method waits: the methods that await each other from a task on down, and what the last one
/// waits for. Read from the compiler's state machines, and only for reports.
/// </summary>
internal static partial class AwaitChain
{
    private const int Deepest = 32;
    private const string Outside = ", which is outside the simulation";
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>Describes what a task waits for.</summary>
    /// <param name="task">A task that has not ended.</param>
    /// <returns>The methods, outermost first, and the last thing awaited.</returns>
    public static string Describe(Task task)
    {
        try
        {
            var steps = new List<string>();
            object? at = task;
            for (int i = 0; i < Deepest && at is not null; i++)
            {
                at = Step(at, steps);
            }

            return steps.Count == 0 ? "code that has not begun to wait" : string.Join(" -> ", steps);
        }
        catch (Exception error) when (error is TargetException or MemberAccessException or InvalidOperationException)
        {
            return $"code that cannot be named ({error.Message})";
        }
    }

    /// <summary>A method as its author wrote it, whatever the compiler made of it.</summary>
    public static string NameOf(Type type, string method)
    {
        // <RunAsync>d__5 is the state machine of RunAsync; <Main>b__0 a lambda in Main; <>c a class of lambdas.
        Match match = Compiled().Match(method.StartsWith('<') ? method : type.Name);
        Type owner = type;
        while (owner.DeclaringType is { } outer && owner.Name.StartsWith('<'))
        {
            owner = outer;
        }

        return match.Success ? $"{owner.Name}.{match.Groups[1].Value}" : $"{owner.Name}.{method}";
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2075", Justification = "Only names for a report are lost when fields are trimmed.")]
    private static object? Step(object at, List<string> steps)
    {
        Type type = at.GetType();
        if (type.GetField("StateMachine", Fields)?.GetValue(at) is { } machine)
        {
            if (machine.GetType().DeclaringType != typeof(AsyncWorld))
            {
                steps.Add(NameOf(machine.GetType(), ""));
            }

            foreach (FieldInfo field in machine.GetType().GetFields(Fields))
            {
                if (field.Name.StartsWith("<>u__", StringComparison.Ordinal)
                    && field.GetValue(machine) is { } awaiter && Awaited(awaiter) is { } awaited)
                {
                    return awaited;
                }
            }

            return null;
        }

        // WhenAll and WhenAny promises, delays and the rest are named by what they are.
        steps.Add(type.GetField("_timer", Fields)?.GetValue(at) is VirtualTimer
            ? "Task.Delay on the world's clock"
            : Describe(type));
        return null;
    }

    [UnconditionalSuppressMessage(
        "Trimming", "IL2075", Justification = "Only names for a report are lost when fields are trimmed.")]
    private static object? Awaited(object awaiter)
    {
        object? at = awaiter;
        for (int i = 0; i < 4 && at is not null; i++)
        {
            if (at is Task task)
            {
                return task.IsCompleted ? null : task;
            }

            Type type = at.GetType();
            at = (type.GetField("m_task", Fields) ?? type.GetField("_value", Fields) ?? type.GetField("_obj", Fields)
                ?? type.GetField("m_configuredTaskAwaiter", Fields))?.GetValue(at);
            if (at is not null && at is not Task && !at.GetType().IsValueType)
            {
                return at;
            }
        }

        return null;
    }

    private static string Describe(Type type) => type.FullName switch
    {
        { } name when name.Contains("DelayPromise", StringComparison.Ordinal) =>
            "Task.Delay on the system's clock" + Outside,
        { } name when name.Contains("SemaphoreSlim", StringComparison.Ordinal) => "SemaphoreSlim.WaitAsync",
        { } name when name.Contains("Sockets", StringComparison.Ordinal) =>
            "a socket" + Outside,
        { } name when name.Contains("Channels", StringComparison.Ordinal) => "a Channel",
        "System.Threading.Tasks.Task" => "the task of a TaskCompletionSource",
        _ => "a " + type.Name.Split('`')[0],
    };

    /// <summary>True when what is awaited can only come from outside of a world.</summary>
    public static bool IsOutside(string description) => description.EndsWith(Outside, StringComparison.Ordinal);

    [GeneratedRegex("^<+([^<>$]+)")]
    private static partial Regex Compiled();
}
