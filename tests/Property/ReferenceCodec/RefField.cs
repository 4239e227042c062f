namespace Amqp.Property.ReferenceCodec;

/// <summary>
/// A named argument or property and its type: octet, short, long, longlong, bit, shortstr, longstr or table.
/// </summary>
public sealed record RefField(string Name, string Type);
