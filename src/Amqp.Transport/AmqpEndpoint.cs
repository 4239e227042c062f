using System.Net;

namespace Amqp.Transport;

/// <summary>Where a broker listens.</summary>
/// <param name="Host">A name or an address, without brackets.</param>
/// <param name="Port">The TCP port, 1 to 65535; 5672 is usual, 5671 with TLS.</param>
public sealed record AmqpEndpoint(string Host, int Port)
{
    /// <summary>The address to use for the host, when it was resolved already; <see langword="null"/> resolves
    /// it.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Renders the endpoint.</summary>
    /// <returns><c>host:port</c>, with brackets around an IPv6 address.</returns>
    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
