using System.Text.RegularExpressions;
using Xunit;

namespace Amqp.Property.Tidy;

/// <summary>What must not be left in a file: notes to oneself, and traces of where and how it was written.</summary>
public partial class WordingTests
{
    // Put together from halves, so that this file does not hold what it looks for.
    private static readonly string[] NotesToOneself = ["TO" + "DO", "FIX" + "ME", "XX" + "X:", "HA" + "CK:"];

    private static readonly string[] Traces =
    [
        "/wo" + "rk/", "/ro" + "ot/", "assis" + "tant", "cla" + "ude", "chat" + "gpt", "co" + "pilot",
        "anthro" + "pic", "openai" + ".com",
    ];

    private static readonly string[] RegistryHosts = ["api.nuget" + ".org", "deb.debian" + ".org", "npmjs" + ".org"];

    [Fact]
    public void No_notes_to_oneself() =>
        Findings.None("unfinished work", Hits(NotesToOneself, StringComparison.Ordinal));

    [Fact]
    public void No_traces_of_a_workplace() =>
        Findings.None("words of a workplace", Hits(Traces, StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void No_registry_is_named() =>
        Findings.None("hosts of package registries", Hits(RegistryHosts, StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void No_ticket_is_named() =>
        Findings.None(
            "numbers of tickets",
            from path in Repository.TextFiles
            from line in Repository.Read(path).Split('\n').Index()
            where Ticket().IsMatch(line.Item)
            select $"{path}:{line.Index + 1}: {line.Item.Trim()}");

    [Fact]
    public void No_regions_and_no_tabs() =>
        Findings.None(
            "regions, tabs or carriage returns",
            from path in Repository.HandWrittenCode
            from line in Repository.Read(path).Split('\n').Index()
            where line.Item.TrimStart().StartsWith("#reg" + "ion", StringComparison.Ordinal)
                || line.Item.AsSpan().ContainsAny('\t', '\r')
            select $"{path}:{line.Index + 1}");

    [Fact]
    public void Every_file_ends_with_a_line_end() =>
        Findings.None(
            "files without a last line end",
            Repository.TextFiles.Where(path => Repository.Read(path) is { Length: > 0 } text && !text.EndsWith('\n')));

    private static IEnumerable<string> Hits(string[] words, StringComparison comparison) =>
        from path in Repository.TextFiles
        from line in Repository.Read(path).Split('\n').Index()
        from word in words
        where line.Item.Contains(word, comparison)
        select $"{path}:{line.Index + 1}: {word}";

    [GeneratedRegex(@"\b(issue|ticket|pull request)s? #?\d", RegexOptions.IgnoreCase)]
    private static partial Regex Ticket();
}
