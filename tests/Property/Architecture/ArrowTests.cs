using System.Reflection;
using System.Runtime.CompilerServices;
using Amqp.Property.Tidy;
using ArchUnitNET.Domain;
using ArchUnitNET.Fluent;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnit;
using Xunit;
using static ArchUnitNET.Fluent.ArchRuleDefinition;
using Assembly = System.Reflection.Assembly;

namespace Amqp.Property.Architecture;

/// <summary>The parts know each other in one direction only; docs/architecture.md draws the arrows.</summary>
public class ArrowTests
{
    private const string Engine = "Amqp.Engine";
    private const string Transport = "Amqp.Transport";
    private const string FakeBroker = "Amqp.FakeBroker";
    private const string Simulation = "Amqp.Simulation";
    private const string Http = "Amqp.FakeBroker.Http";
    private const string Cli = "amqp-sim";
    private const string CliSpace = "Amqp.Sim.Cli";

    private static readonly ArchUnitNET.Domain.Architecture Loaded = new ArchLoader()
        .LoadAssemblies([.. new[] { Engine, Transport, FakeBroker, Simulation, Http, Cli }.Select(Assembly.Load)])
        .Build();

    [Theory]
    [InlineData($"{Engine}.Base", $"{Engine}.(Spec|Wire|Session|Events|Commands|Recovery)")]
    [InlineData($"{Engine}.Spec", $"{Engine}.(Session|Events|Commands|Recovery)")]
    [InlineData($"{Engine}.Wire", $"{Engine}.(Session|Events|Commands|Recovery)")]
    [InlineData($"{Engine}.(Session|Events|Commands)", $"{Engine}.Recovery")]
    [InlineData(Engine, $"({Transport}|{FakeBroker}|{Simulation})")]
    [InlineData(Transport, $"({FakeBroker}|{Simulation})")]
    [InlineData(FakeBroker, $"({Transport}|{Simulation})")]
    [InlineData(Http, $"({Transport}|{Simulation}|{CliSpace})")]
    [InlineData($"({Engine}|{Transport}|{Simulation})", $"({Http}|{CliSpace})")]
    [InlineData(FakeBroker, $"{Engine}.(Session|Events|Commands|Recovery)")]
    public void No_arrow_points_back(string from, string to) => Rule(from, to).Check(Loaded);

    [Theory]
    [InlineData($"{Engine}.Session", $"{Engine}.Wire")]
    [InlineData(Transport, $"{Engine}.Session")]
    [InlineData(Simulation, FakeBroker)]
    [InlineData(Http, $"{FakeBroker}.Faults")]
    [InlineData(CliSpace, Http)]
    public void The_rules_see_the_arrows_that_are_there(string from, string to) =>
        Assert.False(Rule(from, to).HasNoViolations(Loaded));

    [Fact]
    public void The_fake_broker_uses_the_engines_bytes_and_nothing_of_its_state_machines()
    {
        var used = PurityScan.NamespacesUsedOf(Repository.Assembly(FakeBroker), Engine);
        Assert.NotEmpty(used);
        Findings.None(
            $"{FakeBroker} uses of the engine",
            used.Except([$"{Engine}.Base", $"{Engine}.Spec", $"{Engine}.Wire"]));
    }

    [Theory]
    [InlineData(Engine)]
    [InlineData(Transport)]
    [InlineData(FakeBroker)]
    [InlineData(Simulation)]
    public void Users_of_the_library_do_not_carry_the_web_server(string name) =>
        Findings.None(
            $"{name} refers to",
            Assembly.Load(name).GetReferencedAssemblies()
                .Select(each => each.Name!)
                .Where(each => each.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || each == Http));

    [Fact]
    public void The_fake_broker_sees_only_what_is_public() =>
        Findings.None(
            "the engine's internals are open to",
            Assembly.Load(Engine).GetCustomAttributes<InternalsVisibleToAttribute>()
                .Select(each => each.AssemblyName)
                .Where(name => name.StartsWith(FakeBroker, StringComparison.Ordinal)));

    private static IArchRule Rule(string from, string to) =>
        Types().That().Are(In(from))
            .Should().NotDependOnAny(Types().That().Are(In(to)))
            .WithoutRequiringPositiveResults();

    // ArchUnitNET's matching of namespaces is not that of a part and all below it, so the types are picked here.
    private static IEnumerable<IType> In(string part)
    {
        var pattern = new System.Text.RegularExpressions.Regex($@"^{part.Replace(".", @"\.")}(\.|$)");
        return Loaded.Types.Where(type => type.Namespace is { } space && pattern.IsMatch(space.FullName));
    }
}
