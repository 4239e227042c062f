namespace SpecGen;

/// <summary>The whole table and the SHA-256 of the file it was read from.</summary>
internal sealed class SpecTable
{
    private readonly HashSet<string> _usedTerms = new(StringComparer.Ordinal);

    /// <summary>The hash of the file, in lower-case hexadecimal digits.</summary>
    public string Hash { get; init; } = "";

    /// <summary>The frame types.</summary>
    public List<FrameSpec> Frames { get; } = [];

    /// <summary>The reply codes.</summary>
    public List<ReplySpec> Replies { get; } = [];

    /// <summary>The meaning of arguments by name.</summary>
    public Dictionary<string, string> Terms { get; } = new(StringComparer.Ordinal);

    /// <summary>The classes.</summary>
    public List<ClassSpec> Classes { get; } = [];

    /// <summary>All methods in the table's order.</summary>
    public IEnumerable<MethodSpec> Methods => Classes.SelectMany(c => c.Methods);

    /// <summary>The meaning of an argument.</summary>
    public string Term(string name)
    {
        _usedTerms.Add(name);
        return Terms.TryGetValue(name, out string? text) ? text : throw new FormatException($"no term {name}");
    }

    /// <summary>Throws when the table contradicts itself or explains a term that nothing uses.</summary>
    public void Validate()
    {
        foreach (MethodSpec method in Methods)
        {
            foreach (ArgumentSpec argument in method.Arguments)
            {
                Term(argument.Name);
            }

            foreach (string reply in method.Replies.Where(r => method.Class.Methods.All(m => m.Name != r)))
            {
                throw new FormatException($"{method.FullName} is answered by {reply}, which does not exist");
            }
        }

        foreach (ArgumentSpec property in Classes.SelectMany(c => c.Properties))
        {
            Term(property.Name);
        }

        string? unused = Terms.Keys.FirstOrDefault(t => !_usedTerms.Contains(t));
        if (unused is not null)
        {
            throw new FormatException($"nothing uses the term {unused}");
        }

        if (Methods.GroupBy(m => m.Value).Any(g => g.Count() > 1))
        {
            throw new FormatException("two methods share their ids");
        }
    }
}
