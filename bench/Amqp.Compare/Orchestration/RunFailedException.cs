namespace Amqp.Compare.Orchestration;

/// <summary>A client did not run to its end, or claimed what the sink has not seen.</summary>
internal sealed class RunFailedException(string message) : Exception(message);
