namespace Amqp.Property.Conformance;

/// <summary>A scenario could not be played to its end.</summary>
internal sealed class ScenarioException(string message) : Exception(message);
