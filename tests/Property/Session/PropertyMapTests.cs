using System.Text.RegularExpressions;
using Amqp.Property.Tidy;
using Xunit;

namespace Amqp.Property.Session;

/// <summary>docs/properties.md tells the truth: each test it names exists, and no property is left out.</summary>
public partial class PropertyMapTests
{
    private static readonly (string Id, string Test, string File)[] Rows =
    [
        .. Row().Matches(Repository.Read("docs/properties.md"))
            .Select(m => (m.Groups["id"].Value, m.Groups["test"].Value, m.Groups["file"].Value)),
    ];

    [Fact]
    public void Every_named_test_exists() => Findings.None(
        "rows of docs/properties.md without a test",
        from row in Rows
        where !Repository.Exists(row.File)
            || !Repository.Read(row.File).Contains($"public void {row.Test}(", StringComparison.Ordinal)
            || !row.Test.StartsWith(row.Id + "_", StringComparison.Ordinal)
        select $"{row.Id} {row.Test} in {row.File}");

    [Fact]
    public void Every_test_of_a_session_or_a_world_is_named() => Findings.None(
        "tests that docs/properties.md does not name",
        from path in Repository.HandWrittenCode
        where path.StartsWith("tests/Property/Session/", StringComparison.Ordinal)
            || path.StartsWith("tests/Property/World/", StringComparison.Ordinal)
        from Match test in Test().Matches(Repository.Read(path))
        where !Rows.Any(row => row.Test == test.Groups["test"].Value && row.File == path)
        select $"{test.Groups["test"].Value} in {path}");

    [Fact]
    public void Every_property_has_a_test()
    {
        (char Group, int Count)[] groups = [('A', 12), ('B', 9), ('C', 6), ('D', 4)];
        Findings.None(
            "properties without a test in docs/properties.md",
            from g in groups
            from n in Enumerable.Range(1, g.Count)
            where Rows.All(row => row.Id != $"{g.Group}{n}")
            select $"{g.Group}{n}");
    }

    [GeneratedRegex(@"^\| (?<id>[A-Z]\d+) \|[^|]*\| `(?<test>\w+)` \| `(?<file>[^`]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"public void (?<test>[A-Z]\d+_\w+)\(")]
    private static partial Regex Test();
}
