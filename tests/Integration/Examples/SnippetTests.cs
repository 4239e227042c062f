using System.Reflection;
using System.Text.RegularExpressions;
using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Amqp.Integration.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit;

namespace Amqp.Integration.Examples;

/// <summary>Every C# program in the README and the docs compiles and runs to its end against a broker.</summary>
[Collection(FakeBrokerCollection.Name)]
public sealed partial class SnippetTests(FakeBrokerFixture broker)
{
    /// <summary>The address that the snippets are written with.</summary>
    private const string WrittenUri = "amqp://guest:guest@localhost";

    public static TheoryData<string, int> Snippets
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var file in Pages())
            {
                for (var i = 0; i < Programs(file).Count; i++)
                {
                    data.Add(Path.GetRelativePath(ExampleProcess.Root, file), i);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Snippets))]
    public async Task The_snippet_compiles_and_runs(string page, int index)
    {
        var text = Programs(Path.Combine(ExampleProcess.Root, page))[index];
        var program = Compile(text.Replace(WrittenUri, broker.Uri, StringComparison.Ordinal));

        // The entry point of an async program blocks until it is done: it gets a thread of its own.
        var running = Task.Factory.StartNew(
            () => program.EntryPoint!.Invoke(null, [Array.Empty<string>()]),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await running.Within();
    }

    /// <summary>The test class that the README shows is one that passes.</summary>
    [Fact]
    public async Task The_test_in_the_readme_passes()
    {
        var text = CodeBlock().Matches(File.ReadAllText(Path.Combine(ExampleProcess.Root, "README.md")))
            .Select(match => match.Groups[1].Value)
            .Single(block => block.Contains("[Fact]", StringComparison.Ordinal));
        var type = Assert.Single(Compile(text, OutputKind.DynamicallyLinkedLibrary).GetExportedTypes());
        var test = type.GetMethods().Single(method => method.GetCustomAttribute<FactAttribute>() is not null);
        await ((Task)test.Invoke(Activator.CreateInstance(type), [])!).Within();
    }

    private static IEnumerable<string> Pages() => Directory
        .EnumerateFiles(ExampleProcess.Root, "*.md")
        .Concat(Directory.EnumerateFiles(
            Path.Combine(ExampleProcess.Root, "docs"), "*.md", SearchOption.AllDirectories))
        .Order(StringComparer.Ordinal);

    /// <summary>The whole programs of a page: a block that does not connect is an excerpt.</summary>
    private static List<string> Programs(string file) => CodeBlock()
        .Matches(File.ReadAllText(file))
        .Select(match => match.Groups[1].Value)
        .Where(text => text.Contains(WrittenUri, StringComparison.Ordinal))
        .ToList();

    private static Assembly Compile(string text, OutputKind kind = OutputKind.ConsoleApplication)
    {
        const string Implicit = """
            global using System;
            global using System.Collections.Generic;
            global using System.Linq;
            global using System.Threading;
            global using System.Threading.Tasks;
            """;
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(
            "Snippet",
            [CSharpSyntaxTree.ParseText(Implicit), CSharpSyntaxTree.ParseText(text)],
            platform.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(
                kind, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return Assembly.Load(image.ToArray());
    }

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
