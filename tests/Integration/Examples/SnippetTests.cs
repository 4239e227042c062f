using System.Reflection;
using Amqp.Integration.Brokers;
using Amqp.Integration.Suite;
using Amqp.Integration.Support;
using Amqp.Property.Tidy;
using Xunit;

namespace Amqp.Integration.Examples;

/// <summary>Every C# program in the README and the docs compiles and runs to its end against a broker.</summary>
[Collection(FakeBrokerCollection.Name)]
public sealed class SnippetTests(FakeBrokerFixture broker)
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
        var program = Compiler.Load(text.Replace(WrittenUri, broker.Uri, StringComparison.Ordinal));

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
        var text = Compiler.Blocks(Path.Combine(ExampleProcess.Root, "README.md"))
            .Single(block => block.Contains("[Fact]", StringComparison.Ordinal));
        var type = Assert.Single(Compiler.Load(text).GetExportedTypes());
        var test = type.GetMethods().Single(method => method.GetCustomAttribute<FactAttribute>() is not null);
        await ((Task)test.Invoke(Activator.CreateInstance(type), [])!).Within();
    }

    private static IEnumerable<string> Pages() => Directory
        .EnumerateFiles(ExampleProcess.Root, "*.md")
        .Concat(Directory.EnumerateFiles(
            Path.Combine(ExampleProcess.Root, "docs"), "*.md", SearchOption.AllDirectories))
        .Order(StringComparer.Ordinal);

    /// <summary>The whole programs of a page: a block that does not connect is an excerpt.</summary>
    private static List<string> Programs(string file) => Compiler.Blocks(file)
        .Where(text => text.Contains(WrittenUri, StringComparison.Ordinal))
        .ToList();
}
