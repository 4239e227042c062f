namespace SpecGen;

/// <summary>An argument of a method, or a property of the content header.</summary>
internal sealed record ArgumentSpec(string Name, string Type, string Default, bool IsSecret)
{
    /// <summary>The name in C#.</summary>
    public string Pascal => Names.Pascal(Name);

    /// <summary>The name of a local variable in C#.</summary>
    public string Local => Names.Local(Name);

    /// <summary>Whether it shares an octet with its neighbours.</summary>
    public bool IsBit => Type == "bit";

    /// <summary>The type in C#.</summary>
    public string ClrType => Type switch
    {
        "bit" => "bool",
        "octet" => "byte",
        "short" => "ushort",
        "long" => "uint",
        "longlong" or "timestamp" => "ulong",
        "shortstr" => "string",
        "longstr" => "LongString",
        "table" => "FieldTable",
        _ => throw new FormatException($"unknown type {Type} of {Name}"),
    };

    /// <summary>The initializer of the property in C#, or nothing where the type's own default is right.</summary>
    public string Initializer => Type switch
    {
        "shortstr" => $" = \"{Default}\";",
        "longstr" => Default.Length == 0 ? "" : $" = \"{Default}\";",
        "table" => " = FieldTable.Empty;",
        "bit" => Default == "1" ? " = true;" : "",
        _ => Default is "" or "0" ? "" : $" = {Default};",
    };

    /// <summary>The bytes it always takes, length fields included; bits are counted apart.</summary>
    public int FixedLength => Type switch
    {
        "octet" or "shortstr" => 1,
        "short" => 2,
        "long" or "longstr" or "table" => 4,
        "longlong" or "timestamp" => 8,
        _ => 0,
    };

    /// <summary>The reader's and writer's name for the type.</summary>
    public string WireName => Type switch
    {
        "octet" => "Octet",
        "short" => "Short",
        "long" => "Long",
        "longlong" or "timestamp" => "LongLong",
        "shortstr" => "ShortString",
        "longstr" => "LongString",
        "table" => "Table",
        _ => throw new FormatException($"{Type} has no reader of its own"),
    };
}
