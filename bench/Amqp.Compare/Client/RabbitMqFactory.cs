using System.Net.Security;
using RabbitMQ.Client;

namespace Amqp.Compare.Client;

/// <summary>Makes RabbitMQ.Client's connection factories.</summary>
internal static class RabbitMqFactory
{
    /// <summary>With its defaults; over TLS no certificate is checked, as with <c>verify=verify_none</c>.</summary>
    public static ConnectionFactory Create(Uri uri)
    {
        var factory = new ConnectionFactory { Uri = uri };
        factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.RemoteCertificateChainErrors
            | SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable;
        return factory;
    }
}
