namespace Amqp.Property.ReferenceCodec;

/// <summary>The octets are not AMQP 0-9-1.</summary>
public sealed class RefException(string message) : Exception(message);
