using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Amqp.Async;

/// <summary>Every program of the simulator's page that runs a world compiles and runs to its end.</summary>
public sealed partial class GuideTests
{
    public static TheoryData<int> Programs => [.. Enumerable.Range(0, Read().Count)];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task The_program_of_the_page_runs(int index)
    {
        var program = Compile(Read()[index]);

        // Its entry point blocks until it is done, so it gets a thread of its own: the pool's only one is the worlds'.
        await Task.Factory.StartNew(
            () => program.EntryPoint!.Invoke(null, [Array.Empty<string>()]),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    [Fact]
    public void The_page_has_its_three_guides() => Assert.Equal(4, Read().Count);

    private static List<string> Read() => CodeBlock()
        .Matches(File.ReadAllText(Path.Combine(Root(), "docs", "simulator.md")))
        .Select(match => match.Groups[1].Value)
        .Where(text => text.Contains("Sim.Run(", StringComparison.Ordinal))
        .ToList();

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Amqp.Sim.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("not run inside the repository");
        }

        return folder.FullName;
    }

    private static Assembly Compile(string text)
    {
        const string Implicit = """
            global using System;
            global using System.Collections.Generic;
            global using System.IO;
            global using System.Linq;
            global using System.Threading;
            global using System.Threading.Tasks;
            """;
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Guide",
            [CSharpSyntaxTree.ParseText(Implicit), CSharpSyntaxTree.ParseText(text)],
            platform.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(
                OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return Assembly.Load(image.ToArray());
    }

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
