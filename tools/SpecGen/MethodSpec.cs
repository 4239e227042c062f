namespace SpecGen;

/// <summary>A method of a class.</summary>
internal sealed record MethodSpec(ClassSpec Class, int Id, string Name, string Meaning)
{
    /// <summary>Its arguments in wire order.</summary>
    public List<ArgumentSpec> Arguments { get; } = [];

    /// <summary>The number of its section below the class's, or nothing for RabbitMQ's own.</summary>
    public string Section { get; set; } = "";

    /// <summary>Whether content follows.</summary>
    public bool HasContent { get; set; }

    /// <summary>Whether it has a reader that does not allocate.</summary>
    public bool HasView { get; set; }

    /// <summary>What may answer it; empty when it is not a synchronous request.</summary>
    public List<string> Replies { get; } = [];

    /// <summary>The name in C#.</summary>
    public string Pascal => Class.Pascal + Names.Pascal(Name);

    /// <summary>The name on the wire's terms.</summary>
    public string FullName => $"{Class.Name}.{Name}";

    /// <summary>Class and method in one number.</summary>
    public uint Value => ((uint)Class.Id << 16) | (uint)Id;

    /// <summary>Where it is specified.</summary>
    public string Source => Section.Length == 0
        ? "an extension of RabbitMQ"
        : $"AMQP 0-9-1 §{Class.Section}.{Section}";
}
