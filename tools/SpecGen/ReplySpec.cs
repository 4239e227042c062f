namespace SpecGen;

/// <summary>A reply code and what an exception of that code closes: none, channel or connection.</summary>
internal sealed record ReplySpec(int Code, string Name, string Closes, string Meaning);
