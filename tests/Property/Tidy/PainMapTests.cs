using System.Text.RegularExpressions;
using Xunit;

namespace Amqp.Property.Tidy;

/// <summary>docs/pains.md tells the truth: each test it names exists where it says.</summary>
public partial class PainMapTests
{
    private static readonly (string Test, string File)[] Rows =
    [
        .. Row().Matches(Repository.Read("docs/pains.md"))
            .Select(m => (m.Groups["test"].Value, m.Groups["file"].Value)),
    ];

    [Fact]
    public void Every_row_names_a_test() =>
        Findings.None(
            "rows without a test",
            from line in Repository.Read("docs/pains.md").Split('\n')
            where line.StartsWith("| ", StringComparison.Ordinal)
                && !line.StartsWith("| What went wrong |", StringComparison.Ordinal)
                && !Row().IsMatch(line)
            select line);

    [Fact]
    public void Every_named_test_exists() =>
        Findings.None(
            "tests of docs/pains.md that are not there",
            from row in Rows
            where !Repository.Exists(row.File)
                || !Regex.IsMatch(Repository.Read(row.File), $@"public (void|async Task) {row.Test}\(")
            select $"{row.Test} in {row.File}");

    [GeneratedRegex(@"^\| [^|]+ \| `(?<test>\w+)` \| `(?<file>[^`]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
