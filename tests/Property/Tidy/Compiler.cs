using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Amqp.Property.Tidy;

/// <summary>Compiles C# text against everything this test project can see.</summary>
internal static class Compiler
{
    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;

        """;

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest);

    private static readonly Lazy<List<MetadataReference>> References = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => path.Length > 0)
            .Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>The parsed text.</summary>
    public static CompilationUnitSyntax Parse(string code) =>
        CSharpSyntaxTree.ParseText(code, Options).GetCompilationUnitRoot();

    /// <summary>Compiles the text, as a program where it has statements at its top.</summary>
    public static CSharpCompilation Compile(string code)
    {
        var tree = CSharpSyntaxTree.ParseText(code, Options);
        var isProgram = tree.GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();
        return CSharpCompilation.Create(
            "Snippet",
            [tree, CSharpSyntaxTree.ParseText(ImplicitUsings, Options)],
            References.Value,
            new CSharpCompilationOptions(
                isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable));
    }

    /// <summary>The errors in the text; empty when it compiles.</summary>
    public static IReadOnlyList<Diagnostic> Errors(string code) =>
        [.. Compile(code).GetDiagnostics().Where(each => each.Severity == DiagnosticSeverity.Error)];
}
