namespace Amqp.Property.Generators;

/// <summary>A property did not hold; the message starts with its id.</summary>
public sealed class PropertyFailedException(string message, Exception inner) : Exception(message, inner);
