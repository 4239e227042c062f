using System.Security.Cryptography;
using System.Text;

namespace Amqp.FakeBroker.Definitions;

/// <summary>
/// RabbitMQ's form of stored passwords: base64 of a four-octet salt and the hash of salt and password.
/// </summary>
internal static class PasswordHash
{
    private const int SaltLength = 4;

    /// <summary>
    /// The hash of a password, with a salt that follows from the user's name: equal runs write equal files.
    /// </summary>
    public static string Of(string user, string password)
    {
        Span<byte> salt = SHA256.HashData(Encoding.UTF8.GetBytes(user)).AsSpan(0, SaltLength);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }

    /// <summary>True when it has the form of a stored password, so that there is one that matches.</summary>
    public static bool IsWellFormed(string hash) => TrySplit(hash, out _, out _);

    /// <summary>True when the password is the one hashed.</summary>
    public static bool Matches(string hash, string password)
    {
        if (!TrySplit(hash, out ReadOnlySpan<byte> salt, out ReadOnlySpan<byte> expected))
        {
            return false;
        }

        byte[] salted = [.. salt, .. Encoding.UTF8.GetBytes(password)];
        byte[] actual = expected.Length == SHA512.HashSizeInBytes ? SHA512.HashData(salted) : SHA256.HashData(salted);
        return CryptographicOperations.FixedTimeEquals(actual, expected);
    }

    private static bool TrySplit(string hash, out ReadOnlySpan<byte> salt, out ReadOnlySpan<byte> hashed)
    {
        byte[] octets = new byte[hash.Length];
        if (!Convert.TryFromBase64String(hash, octets, out int length)
            || length - SaltLength is not (SHA256.HashSizeInBytes or SHA512.HashSizeInBytes))
        {
            salt = default;
            hashed = default;
            return false;
        }

        salt = octets.AsSpan(0, SaltLength);
        hashed = octets.AsSpan(SaltLength, length - SaltLength);
        return true;
    }
}
