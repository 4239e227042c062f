namespace Amqp.Transport;

/// <summary>Says in which phase a connector failed.</summary>
internal sealed class ConnectPhaseException(ConnectPhase phase, string message, Exception cause)
    : Exception(message, cause)
{
    public ConnectPhase Phase { get; } = phase;

    public Exception Cause { get; } = cause;
}
