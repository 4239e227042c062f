namespace Amqp.Property.Conformance;

/// <summary>An argument or property: its name and its type's letter.</summary>
internal sealed record WireField(string Name, char Type);
