namespace Amqp.Simulation;

/// <summary>A world in a child process failed, or the child itself; the text is what the child wrote.</summary>
/// <param name="message">The text.</param>
public sealed class SimChildException(string message) : Exception(message);
