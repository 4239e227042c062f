namespace Amqp.Property.ReferenceCodec;

/// <summary>
/// A field value: the type octet as on the wire, and its content: a ulong with the raw bits for every fixed-size type
/// (a decimal: scale in bits 32 to 39), a byte array for S and x, a list of values for A, of entries for F, null for V.
/// </summary>
public sealed record RefValue(char Tag, object? Content);
