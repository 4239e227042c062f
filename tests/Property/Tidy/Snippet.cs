namespace Amqp.Property.Tidy;

/// <summary>One C# block of a page.</summary>
/// <param name="Page">The page's path.</param>
/// <param name="Line">The line of its first code line, from 1.</param>
/// <param name="Code">Its text.</param>
internal sealed record Snippet(string Page, int Line, string Code)
{
    /// <summary>All blocks of a page that are marked as C#, in order.</summary>
    public static IEnumerable<Snippet> In(string page)
    {
        List<string>? code = null;
        var start = 0;
        foreach (var (index, line) in Repository.Read(page).Split('\n').Index())
        {
            var fence = line.TrimStart();
            if (code is null && (fence.StartsWith("```csharp", StringComparison.Ordinal) || fence == "```cs"))
            {
                (code, start) = ([], index + 2);
            }
            else if (code is not null && fence.StartsWith("```", StringComparison.Ordinal))
            {
                yield return new Snippet(page, start, string.Join('\n', code));
                code = null;
            }
            else
            {
                code?.Add(line);
            }
        }
    }
}
