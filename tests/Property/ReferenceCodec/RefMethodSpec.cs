namespace Amqp.Property.ReferenceCodec;

/// <summary>One line of the specification: a method, its numbers and its arguments.</summary>
public sealed record RefMethodSpec(string Name, int ClassId, int MethodId, IReadOnlyList<RefField> Fields);
