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
            || !Test().Matches(Repository.Read(row.File)).Any(m => m.Groups["test"].Value == row.Test)
            || !row.Test.StartsWith(row.Id + "_", StringComparison.Ordinal)
        select $"{row.Id} {row.Test} in {row.File}");

    [Fact]
    public void Every_test_with_an_id_is_named() => Findings.None(
        "tests that docs/properties.md does not name",
        from path in Repository.HandWrittenCode
        where path.StartsWith("tests/", StringComparison.Ordinal)
        from Match test in Test().Matches(Repository.Read(path))
        where !Rows.Any(row => row.Test == test.Groups["test"].Value && row.File == path)
        select $"{test.Groups["test"].Value} in {path}");

    [Fact]
    public void Every_property_has_a_test()
    {
        string[] ids =
        [
            .. Ids('A', 1, 12), .. Ids('B', 1, 11), .. Ids('C', 1, 7), .. Ids('D', 1, 6), .. Ids('E', 2, 8),
            .. Ids('F', 1, 9), "F11", .. Ids('G', 1, 7), .. Ids('H', 1, 6), .. Ids('I', 3, 4),
        ];
        Findings.None("properties without a test in docs/properties.md", ids.Except(Rows.Select(row => row.Id)));
    }

    private static IEnumerable<string> Ids(char group, int first, int count) =>
        Enumerable.Range(first, count).Select(n => $"{group}{n}");

    [GeneratedRegex(@"^\| (?<id>[A-Z]\d+) \|[^|]*\| `(?<test>\w+)` \| `(?<file>[^`]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"public (?:void|async Task) (?<test>[A-Z]\d+_\w+)\(")]
    private static partial Regex Test();
}
