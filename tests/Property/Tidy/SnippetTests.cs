using Xunit;

namespace Amqp.Property.Tidy;

/// <summary>
/// What the pages show compiles. A block may go on where earlier blocks of its page left off: their using directives,
/// their variables, or, where a page shows only the middle of a method, an open connection and channel.
/// </summary>
public class SnippetTests
{
    private static readonly string[] Givens =
    [
        "",
        "CancellationToken cancellationToken = default;",
        "Amqp.Transport.AmqpConnection connection = null!; CancellationToken cancellationToken = default;",
        "Amqp.Transport.AmqpChannel channel = null!; CancellationToken cancellationToken = default;",
        "Amqp.Transport.AmqpConnection connection = null!; Amqp.Transport.AmqpChannel channel = null!; "
            + "CancellationToken cancellationToken = default;",
    ];

    [Fact]
    public void Every_block_of_code_in_the_pages_compiles() =>
        Findings.None("blocks of code that do not compile", Repository.Documents.SelectMany(Broken));

    [Fact]
    public void A_block_with_an_error_is_found() => Assert.NotNull(Complaint([], "int x = \"text\";"));

    [Fact]
    public void A_block_goes_on_where_an_earlier_one_left_off() =>
        Assert.Null(Complaint(["using System.Text;\nvar text = new StringBuilder();"], "text.Append('x');"));

    private static IEnumerable<string> Broken(string page)
    {
        var earlier = new List<string>();
        foreach (var snippet in Snippet.In(page))
        {
            if (Complaint(earlier, snippet.Code) is { } complaint)
            {
                yield return $"{page}:{snippet.Line}: {complaint}";
            }

            earlier.Add(snippet.Code);
        }
    }

    // The complaint about the block by itself is the one a writer can use.
    private static string? Complaint(IReadOnlyList<string> earlier, string code)
    {
        string? first = null;
        foreach (var text in Readings(earlier, code))
        {
            var errors = Compiler.Errors(text);
            if (errors.Count == 0)
            {
                return null;
            }

            first ??= string.Join("; ", errors.Take(3).Select(each => each.GetMessage()));
        }

        return first;
    }

    private static IEnumerable<string> Readings(IReadOnlyList<string> earlier, string code)
    {
        yield return code;
        foreach (var given in Givens)
        {
            yield return Joined(earlier, given, code, keepStatements: false);
        }

        foreach (var given in Givens)
        {
            yield return Joined(earlier, given, code, keepStatements: true);
        }
    }

    private static string Joined(IReadOnlyList<string> earlier, string given, string code, bool keepStatements)
    {
        var parts = earlier.Append(code).Select(Compiler.Parse).ToList();
        var usings = parts.SelectMany(part => part.Usings).Select(each => each.ToFullString().Trim()).Distinct();
        var kept = keepStatements ? parts : parts[^1..];
        var members = kept.SelectMany(part => part.Members).ToList();

        // Statements come before types in a program.
        var bodies = members.OrderBy(each => each is Microsoft.CodeAnalysis.CSharp.Syntax.GlobalStatementSyntax ? 0 : 1)
            .Select(each => each.ToFullString());
        return string.Join('\n', usings) + "\n" + given + "\n" + string.Join('\n', bodies);
    }
}
