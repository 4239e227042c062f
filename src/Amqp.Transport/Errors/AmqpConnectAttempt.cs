using System.Net;

namespace Amqp.Transport;

/// <summary>One failed attempt to connect.</summary>
/// <param name="Endpoint">The endpoint as it was configured.</param>
/// <param name="Address">The address that was tried, once the name was resolved.</param>
/// <param name="Phase">How far it came.</param>
/// <param name="Message">What went wrong and what it most likely means.</param>
/// <param name="Cause">The error behind it.</param>
public sealed record AmqpConnectAttempt(
    AmqpEndpoint Endpoint,
    IPAddress? Address,
    ConnectPhase Phase,
    string Message,
    Exception Cause)
{
    /// <summary>Renders the attempt on one line.</summary>
    /// <returns>Such as <c>localhost:5672 (127.0.0.1), Tcp: nothing listens there (connection refused)</c>.</returns>
    public override string ToString() =>
        Address is null ? $"{Endpoint}, {Phase}: {Message}" : $"{Endpoint} ({Address}), {Phase}: {Message}";
}
