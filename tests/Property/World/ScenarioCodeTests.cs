using System.Reflection;
using Amqp.Property.Tidy;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;
using Xunit;

namespace Amqp.Property.World;

/// <summary>I7: a scenario written as C# compiles, and is the same scenario with the same hash.</summary>
public class ScenarioCodeTests
{
    private const int Count = 400;

    [Fact]
    public void I7_The_code_of_a_scenario_compiles_and_runs_with_the_same_hash()
    {
        Scenario[] scenarios =
        [
            .. Enumerable.Range(0, Count).Select(i => ScenarioGenerator.Generate(
                (ulong)i, i % 4 == 0 ? new GeneratorOptions() : GeneratorOptions.Sweep)),
        ];
        string code = ScenarioPrinter.Usings
            + "public static class Kept\n{\n    public static Scenario[] All() =>\n    [\n"
            + string.Join(",\n", scenarios.Select(static each => each.ToCSharp()))
            + "\n    ];\n}\n";

        Scenario[] made = Run(code);

        Assert.Equal(scenarios.Select(static each => each.ToCSharp()), made.Select(static each => each.ToCSharp()));
        for (int i = 0; i < Count; i++)
        {
            Assert.Equal(SimWorld.Run(scenarios[i], false).TraceHash, SimWorld.Run(made[i], false).TraceHash);
        }
    }

    [Fact]
    public void I7_What_cannot_be_written_is_said()
    {
        var scenario = new Scenario { Steps = [new Step.Send(0, new Amqp.Engine.Spec.ChannelFlowOk())] };
        NotSupportedException e = Assert.Throws<NotSupportedException>(() => scenario.ToCSharp());
        Assert.Contains("ChannelFlowOk", e.Message, StringComparison.Ordinal);
    }

    private static Scenario[] Run(string code)
    {
        using var image = new MemoryStream();
        var result = Compiler.Compile(code).Emit(image);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics.Take(10)));
        MethodInfo all = Assembly.Load(image.ToArray()).GetType("Kept")!.GetMethod("All")!;
        return (Scenario[])all.Invoke(null, null)!;
    }
}
