namespace SpecGen;

/// <summary>From the table's names to those of C#.</summary>
internal static class Names
{
    /// <summary>queue-name becomes QueueName.</summary>
    public static string Pascal(string name) =>
        string.Concat(name.Split('-').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    /// <summary>queue-name becomes queueName; a keyword gets an @.</summary>
    public static string Local(string name)
    {
        string pascal = Pascal(name);
        string local = char.ToLowerInvariant(pascal[0]) + pascal[1..];
        return local is "internal" or "readonly" ? "@" + local : local;
    }
}
