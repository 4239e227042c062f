using System.Text.RegularExpressions;
using Xunit;

namespace Amqp.Property.Tidy;

/// <summary>Links in the pages lead somewhere.</summary>
public partial class LinkTests
{
    [Fact]
    public void There_are_pages_to_read() => Assert.Contains("README.md", Repository.Documents);

    [Fact]
    public void Links_to_files_and_headings_are_alive() =>
        Findings.None(
            "dead links",
            from page in Repository.Documents
            from Match link in Link().Matches(WithoutCode(Repository.Read(page)))
            let target = link.Groups["target"].Value
            where !IsElsewhere(target) && !IsAlive(page, target)
            select $"{page}: {target}");

    private static bool IsElsewhere(string target) =>
        target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal);

    private static bool IsAlive(string page, string target)
    {
        var parts = target.Split('#', 2);
        var path = parts[0].Length == 0
            ? page
            : Path.Combine(Path.GetDirectoryName(page) ?? "", Uri.UnescapeDataString(parts[0]));
        var hasAnchors = parts.Length > 1 && path.EndsWith(".md", StringComparison.Ordinal);
        return Repository.Exists(path) && (!hasAnchors || Anchors(path).Contains(parts[1]));
    }

    // GitHub's rule: lower case, punctuation away, blanks to hyphens, and a number where a heading repeats.
    private static HashSet<string> Anchors(string path)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(WithoutCode(Repository.Read(path))))
        {
            var text = heading.Groups["text"].Value.Trim().ToLowerInvariant();
            var slug = NotInSlug().Replace(text, "").Replace(' ', '-');
            for (var copy = 0; !anchors.Add(copy == 0 ? slug : $"{slug}-{copy}"); copy++)
            {
            }
        }

        return anchors;
    }

    private static string WithoutCode(string text) => InlineCode().Replace(Fence().Replace(text, ""), "");

    [GeneratedRegex(@"(?<!\!)\[[^\]]*\]\((?<target>[^)\s]+)(\s+""[^""]*"")?\)|\!\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6}\s+(?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInSlug();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    // Only code whose content looks like a link: a heading keeps its words in code style.
    [GeneratedRegex(@"`[^`\n]*\]\([^`\n]*`")]
    private static partial Regex InlineCode();
}
