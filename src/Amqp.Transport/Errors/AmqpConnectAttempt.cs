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
    /// <summary>In which pass over the endpoints it was, from 1; see
    /// <see cref="AmqpConnectionOptions.ConnectRetry"/>.</summary>
    public int Pass { get; init; } = 1;

    /// <summary>Renders the attempt on one line.</summary>
    /// <returns>Such as <c>localhost:5672 (127.0.0.1), Tcp: nothing listens there (connection refused)</c>, with the
    /// pass in front from the second one on.</returns>
    public override string ToString()
    {
        string pass = Pass > 1 ? $"pass {Pass}, " : "";
        string address = Address is null ? "" : $" ({Address})";
        return $"{pass}{Endpoint}{address}, {Phase}: {Message}";
    }
}
