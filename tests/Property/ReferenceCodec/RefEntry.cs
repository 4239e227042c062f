namespace Amqp.Property.ReferenceCodec;

/// <summary>One entry of a field table: the key's bytes and the value.</summary>
public sealed record RefEntry(byte[] Key, RefValue Value);
