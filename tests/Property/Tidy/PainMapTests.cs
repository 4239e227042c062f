using System.Text.RegularExpressions;
using Xunit;

namespace Amqp.Property.Tidy;

/// <summary>Pages of claims tell the truth: each row names a test, which exists where it says.</summary>
public partial class PainMapTests
{
    private static readonly string[] Pages = ["docs/pains.md", "docs/simulator-features.md"];

    private static readonly (string Test, string File)[] Rows =
    [
        .. Pages.SelectMany(page => Row().Matches(Repository.Read(page)))
            .Select(m => (m.Groups["test"].Value, m.Groups["file"].Value)),
    ];

    [Fact]
    public void Every_row_names_a_test() =>
        Findings.None(
            "rows without a test",
            from page in Pages
            from line in Repository.Read(page).Split('\n')
            where line.StartsWith("| ", StringComparison.Ordinal)
                && !line.EndsWith("| Shown by | In |", StringComparison.Ordinal)
                && !Row().IsMatch(line)
            select line);

    [Fact]
    public void Every_named_test_exists() =>
        Findings.None(
            "tests that are not there",
            from row in Rows
            where !Repository.Exists(row.File)
                || !Regex.IsMatch(Repository.Read(row.File), $@"public (void|async Task) {row.Test}\(")
            select $"{row.Test} in {row.File}");

    [GeneratedRegex(@"^\| [^|]+ \| `(?<test>\w+)` \| `(?<file>[^`]+)` \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
