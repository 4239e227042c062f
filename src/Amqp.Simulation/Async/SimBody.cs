using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;

namespace Amqp.Simulation;

/// <summary>The code of a world, found in an assembly by its name. Immutable.</summary>
/// <param name="Name">Such as <c>Shop.Tests.OrderWorlds.PlaceOrders</c>.</param>
/// <param name="Run">The code: a static method that takes a <see cref="SimContext"/> and returns a task.</param>
/// <param name="Options">What the static property <c>Options</c> beside the method says; null when there is
/// none.</param>
public sealed record SimBody(string Name, Func<SimContext, Task> Run, SimOptions? Options)
{
    private const BindingFlags Static =
        BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Finds a method.</summary>
    /// <param name="assembly">The file of the assembly; what it needs is looked for beside it.</param>
    /// <param name="method">Its name: with type and namespace, or only as much of its end as tells it from
    /// others.</param>
    /// <returns>The code.</returns>
    /// <exception cref="FormatException">There is none of this name, or several; the message lists what there
    /// is.</exception>
    [RequiresUnreferencedCode("The method is found by its name.")]
    public static SimBody Load(string assembly, string method)
    {
        ArgumentNullException.ThrowIfNull(method);
        ImmutableArray<SimBody> all = List(assembly);
        SimBody[] found = [.. all.Where(each => each.Name == method)];
        found = found.Length > 0
            ? found
            : [.. all.Where(each => each.Name.EndsWith("." + method, StringComparison.Ordinal))];
        return found.Length == 1
            ? found[0]
            : throw new FormatException(
                $"{(found.Length == 0 ? "no" : "more than one")} static method '{method}' of "
                + Path.GetFileName(assembly) + " takes a SimContext and returns a Task; there is: "
                + (all.IsEmpty ? "none" : string.Join(", ", all.Select(static each => each.Name))));
    }

    /// <summary>Lists the methods of an assembly that can be a world's code.</summary>
    /// <param name="assembly">The file of the assembly.</param>
    /// <returns>By name.</returns>
    /// <exception cref="FormatException">The file is no assembly.</exception>
    [RequiresUnreferencedCode("The methods are found by what they take.")]
    public static ImmutableArray<SimBody> List(string assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        string path = Path.GetFullPath(assembly);
        try
        {
            var beside = new AssemblyDependencyResolver(path);
            AssemblyLoadContext.Default.Resolving += (context, name) =>
                beside.ResolveAssemblyToPath(name) is { } found ? context.LoadFromAssemblyPath(found) : null;
            return
            [
                .. from type in AssemblyLoadContext.Default.LoadFromAssemblyPath(path).GetTypes()
                   where !type.ContainsGenericParameters
                   from method in type.GetMethods(Static)
                   where IsBody(method)
                   orderby type.FullName, method.Name
                   select Of(type, method),
            ];
        }
        catch (Exception error) when (error is BadImageFormatException or InvalidOperationException
            or ReflectionTypeLoadException)
        {
            throw new FormatException($"{assembly} cannot be loaded: {error.Message}", error);
        }
    }

    [RequiresUnreferencedCode("The property is found by its name.")]
    internal static SimBody Of(Type type, MethodInfo method) => new(
        $"{type.FullName?.Replace('+', '.')}.{method.Name}",
        method.CreateDelegate<Func<SimContext, Task>>(),
        (SimOptions?)type.GetProperty(nameof(Options), Static)?.GetValue(null));

    private static bool IsBody(MethodInfo method) => method is { IsGenericMethod: false }
        && method.ReturnType == typeof(Task)
        && !method.Name.StartsWith('<')
        && method.GetParameters() is [{ ParameterType: var parameter }]
        && parameter == typeof(SimContext);
}
