namespace Amqp.Property.Tidy;

/// <summary>The files of this repository, as they lie on disk around the test assembly.</summary>
internal static class Repository
{
    private static readonly string[] NotOurs =
        ["bin", "obj", "artifacts", ".git", ".vs", ".idea", ".vscode", "TestResults", "BenchmarkDotNet.Artifacts"];

    /// <summary>The folder that holds the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Release or Debug: what this test assembly was built as.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}")
            ? "Debug"
            : "Release";

    /// <summary>C# that a person wrote, in a fixed order, with paths relative to the root.</summary>
    public static IReadOnlyList<string> HandWrittenCode { get; } =
        [.. Files().Where(path => path.EndsWith(".cs", StringComparison.Ordinal)
            && !path.EndsWith(".g.cs", StringComparison.Ordinal))];

    /// <summary>The README and what is under docs.</summary>
    public static IReadOnlyList<string> Documents { get; } =
        [.. Files().Where(path => path.EndsWith(".md", StringComparison.Ordinal)
            && (!path.Contains('/') || path.StartsWith("docs/", StringComparison.Ordinal)))];

    /// <summary>Every text file: code, scripts, project files and pages.</summary>
    public static IReadOnlyList<string> TextFiles { get; } = [.. Files().Where(IsText)];

    /// <summary>A file's whole text.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Does a file or folder of that relative path exist?</summary>
    public static bool Exists(string path)
    {
        var full = Path.Combine(Root, path);
        return File.Exists(full) || Directory.Exists(full);
    }

    /// <summary>
    /// A project's assembly in the project's own output folder: coverage collectors rewrite only the copy beside the
    /// tests, which is taken where there is no other.
    /// </summary>
    public static string Assembly(string project)
    {
        var own = Path.Combine(Root, "src", project, "bin", Configuration, "net10.0", project + ".dll");
        return File.Exists(own) ? own : Path.Combine(AppContext.BaseDirectory, project + ".dll");
    }

    private static IEnumerable<string> Files() =>
        Walk(Root).Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Walk(string folder) =>
        Directory.EnumerateFiles(folder).Concat(
            Directory.EnumerateDirectories(folder)
                .Where(each => !NotOurs.Contains(Path.GetFileName(each)))
                .SelectMany(Walk));

    private static bool IsText(string path) =>
        path == ".ci/run" || Path.GetExtension(path) is ".cs" or ".csproj" or ".props" or ".targets" or ".sh" or ".md"
            or ".txt" or ".json" or ".spec" or ".yml" or ".yaml" or ".runsettings" or ".editorconfig";

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Amqp.Sim.sln")))
            {
                return at.FullName;
            }
        }

        throw new InvalidOperationException($"No Amqp.Sim.sln above {AppContext.BaseDirectory}.");
    }
}
