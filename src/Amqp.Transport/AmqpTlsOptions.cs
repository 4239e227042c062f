using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Amqp.Transport;

/// <summary>TLS settings. The defaults are strict: the server's certificate must chain to a trusted root and carry the
/// server's name.</summary>
public sealed record AmqpTlsOptions
{
    /// <summary>The name to ask for (SNI) and to check; <see langword="null"/> takes the endpoint's host.</summary>
    public string? ServerName { get; init; }

    /// <summary>Certificates to present to the server.</summary>
    public X509CertificateCollection? ClientCertificates { get; init; }

    /// <summary>A PEM file with the certificate to present; with <see cref="KeyFile"/>.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file with the private key of <see cref="CertificateFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>A PEM file with the only roots to trust; <see langword="null"/> trusts the machine's.</summary>
    public string? CaCertificateFile { get; init; }

    /// <summary>The TLS versions to offer; <see cref="SslProtocols.None"/> leaves the choice to the system.</summary>
    public SslProtocols EnabledSslProtocols { get; init; } = SslProtocols.None;

    /// <summary>Replaces the checks of the server's certificate. One that returns true for everything turns TLS into
    /// encryption without authentication.</summary>
    public RemoteCertificateValidationCallback? RemoteCertificateValidation { get; init; }

    /// <summary>Checks that the parts fit together.</summary>
    /// <exception cref="ArgumentException">Only one of the certificate and its key is given.</exception>
    public void Validate()
    {
        if ((CertificateFile is null) != (KeyFile is null))
        {
            throw new ArgumentException("CertificateFile and KeyFile must be given together.", nameof(CertificateFile));
        }
    }

    internal SslClientAuthenticationOptions ToSslOptions(string host)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = ServerName ?? host,
            EnabledSslProtocols = EnabledSslProtocols,
            RemoteCertificateValidationCallback = RemoteCertificateValidation,
            ClientCertificates = ClientCertificates,
        };
        if (CertificateFile is not null)
        {
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(CertificateFile, KeyFile)];
        }

        if (CaCertificateFile is not null)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(CaCertificateFile);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }
}
