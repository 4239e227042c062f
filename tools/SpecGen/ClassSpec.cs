namespace SpecGen;

/// <summary>A class of the protocol.</summary>
internal sealed record ClassSpec(int Id, string Name, string Section, string Meaning)
{
    /// <summary>Its methods in the table's order.</summary>
    public List<MethodSpec> Methods { get; } = [];

    /// <summary>The properties of its content header; empty when it has no content.</summary>
    public List<ArgumentSpec> Properties { get; } = [];

    /// <summary>What the properties are.</summary>
    public string PropertiesMeaning { get; set; } = "";

    /// <summary>The name in C#.</summary>
    public string Pascal => Names.Pascal(Name);
}
