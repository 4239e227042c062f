using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Amqp.Integration.Support;

/// <summary>An authority that issues certificates for the time of a test.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly X509Certificate2 _certificate;

    public TestAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now.AddDays(-2), now.AddDays(2));
    }

    /// <summary>Its own certificate.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>Its name, as the certificates that it issues carry it.</summary>
    public string Name => _certificate.Subject;

    /// <summary>Makes a certificate and its key, as PEM.</summary>
    public (string Certificate, string Key) Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var issued = request.Create(
            _certificate, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
        return (issued.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();
}
