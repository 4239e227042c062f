using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xunit;

namespace Amqp.Property.Tidy;

/// <summary>Files and functions stay as small as docs/hacking.md promises a reader.</summary>
public class CodeSizeTests
{
    private const int MaxColumns = 120;
    private const int MaxFileLines = 600;
    private const int NinetiethPercentileLines = 350;
    private const int MaxFunctionLines = 70;

    [Fact]
    public void Lines_fit_the_page() =>
        Findings.None(
            $"lines over {MaxColumns} columns",
            from path in Repository.TextFiles
            where Path.GetExtension(path) is ".cs" or ".sh" or "" && !path.EndsWith(".g.cs", StringComparison.Ordinal)
            from line in Repository.Read(path).Split('\n').Index()
            where line.Item.Length > MaxColumns
            select $"{path}:{line.Index + 1}: {line.Item.Length}");

    [Fact]
    public void No_file_is_too_long() =>
        Findings.None(
            $"files over {MaxFileLines} lines",
            from path in Repository.HandWrittenCode
            let lines = Lines(path)
            where lines > MaxFileLines
            select $"{path}: {lines}");

    [Fact]
    public void Nine_files_of_ten_are_short()
    {
        var lengths = Repository.HandWrittenCode.Select(Lines).Order().ToList();
        var at = lengths[(int)Math.Ceiling(lengths.Count * 0.9) - 1];
        Assert.True(at <= NinetiethPercentileLines, $"the 90th percentile of the files' lengths is {at} lines");
    }

    [Fact]
    public void Functions_fit_on_a_screen() =>
        Findings.None(
            $"functions over {MaxFunctionLines} lines",
            from path in Repository.HandWrittenCode
            from node in Parse(path).DescendantNodes()
            where node is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
            let span = node.SyntaxTree.GetLineSpan(node.Span)
            let lines = span.EndLinePosition.Line - span.StartLinePosition.Line + 1
            where lines > MaxFunctionLines
            select $"{path}:{span.StartLinePosition.Line + 1}: {lines}");

    [Fact]
    public void A_file_holds_one_type() =>
        Findings.None(
            "files with more than one type",
            from path in Repository.HandWrittenCode
            where path.StartsWith("src/", StringComparison.Ordinal)
            let types = Parse(path).DescendantNodes(node => node is not BaseTypeDeclarationSyntax)
                .OfType<BaseTypeDeclarationSyntax>()
                .Where(type => !type.Modifiers.Any(SyntaxKind.FileKeyword))
                .Select(type => type.Identifier.Text)
                .Distinct()
                .ToList()
            where types.Count > 1
            select $"{path}: {string.Join(", ", types)}");

    private static int Lines(string path) => Repository.Read(path).AsSpan().Count('\n');

    private static SyntaxNode Parse(string path) => CSharpSyntaxTree.ParseText(Repository.Read(path)).GetRoot();
}
