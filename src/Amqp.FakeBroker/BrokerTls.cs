using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Amqp.FakeBroker;

/// <summary>How a listener does TLS: with a certificate that is given, or with one made on the fly.</summary>
/// <remarks>Immutable, safe to share. The caller disposes of a certificate it gave.</remarks>
public sealed class BrokerTls
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private static readonly TimeSpan s_validity = TimeSpan.FromDays(365);
    private readonly Lazy<X509Certificate2> _certificate;

    /// <summary>Uses a certificate with its private key.</summary>
    /// <param name="certificate">What clients are shown; its key must be there.</param>
    /// <exception cref="ArgumentException">The certificate has no private key.</exception>
    public BrokerTls(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (!certificate.HasPrivateKey)
        {
            throw new ArgumentException("the certificate has no private key", nameof(certificate));
        }

        _certificate = new Lazy<X509Certificate2>(certificate);
    }

    private BrokerTls(Lazy<X509Certificate2> certificate)
    {
        _certificate = certificate;
    }

    /// <summary>The certificate that clients are shown.</summary>
    public X509Certificate2 Certificate => _certificate.Value;

    /// <summary>
    /// Clients must show a certificate, any one: who signed it is not looked at. Default: none is asked for.
    /// </summary>
    public bool RequiresClientCertificate { get; init; }

    /// <summary>
    /// Makes a certificate for localhost, 127.0.0.1 and ::1 that signs itself, for a client to trust as its authority.
    /// It is made when it is first needed: by <see cref="Certificate"/>, or by the first connection.
    /// </summary>
    /// <param name="time">The clock for its validity, a day back to a year ahead; null for the system's.</param>
    /// <returns>TLS with that certificate.</returns>
    public static BrokerTls SelfSigned(TimeProvider? time = null)
    {
        DateTimeOffset now = (time ?? TimeProvider.System).GetUtcNow();
        return new BrokerTls(new Lazy<X509Certificate2>(() => Make(now)));
    }

    /// <summary>Reads a certificate and its key from PEM files.</summary>
    /// <param name="certificatePath">The certificate, PEM.</param>
    /// <param name="keyPath">Its private key, PEM; null when it is in the same file.</param>
    /// <returns>TLS with that certificate.</returns>
    /// <exception cref="CryptographicException">A file holds no certificate or no key for it.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static BrokerTls FromPemFiles(string certificatePath, string? keyPath = null) =>
        new(X509Certificate2.CreateFromPemFile(certificatePath, keyPath));

    internal SslServerAuthenticationOptions ToOptions() => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(Certificate, null, offline: true),
        ClientCertificateRequired = RequiresClientCertificate,
        RemoteCertificateValidationCallback = RequiresClientCertificate
            ? static (_, certificate, _, _) => certificate is not null
            : null,
    };

    private static X509Certificate2 Make(DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=localhost", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());

        // It is its own authority, so that a client can be given it as the one it trusts.
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], false));
        return request.CreateSelfSigned(now.AddDays(-1), now + s_validity);
    }
}
