namespace Amqp.Sim.Cli;

/// <summary>The broker could not start; the message names the file or the port.</summary>
internal sealed class StartException(string message, Exception cause) : Exception(message, cause);
