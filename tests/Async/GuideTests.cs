using Amqp.Property.Tidy;
using Xunit;

namespace Amqp.Async;

/// <summary>Every program of the simulator's page that runs a world compiles and runs to its end.</summary>
public sealed class GuideTests
{
    public static TheoryData<int> Programs => [.. Enumerable.Range(0, Read().Count)];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task The_program_of_the_page_runs(int index)
    {
        var program = Compiler.Load(Read()[index]);

        // Its entry point blocks until it is done, so it gets a thread of its own: the pool's only one is the worlds'.
        await Task.Factory.StartNew(
            () => program.EntryPoint!.Invoke(null, [Array.Empty<string>()]),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    [Fact]
    public void The_page_has_its_programs() => Assert.Equal(4, Read().Count);

    private static List<string> Read() => Compiler.Blocks(Path.Combine(Root(), "docs", "simulator.md"))
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
}
