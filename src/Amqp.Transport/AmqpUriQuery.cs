using System.Globalization;
using Amqp.Engine.Session;

namespace Amqp.Transport;

/// <summary>The query parameters of an AMQP URI. Unknown and repeated keys are errors: a mistyped key that is quietly
/// ignored would leave a connection without its heartbeat or its certificate check.</summary>
internal static class AmqpUriQuery
{
    public static AmqpConnectionOptions Apply(AmqpConnectionOptions options, string query, bool tls)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            (string rawKey, string? rawValue) = AmqpUri.Cut(pair, '=');
            string key = AmqpUri.Decode(rawKey, "query");
            if (!seen.Add(key) && key != "auth_mechanism")
            {
                throw new FormatException($"The URI gives the key '{key}' twice.");
            }

            string value = AmqpUri.Decode(rawValue ?? "", $"key '{key}'");
            options = ApplyOne(options, key, value, tls);
        }

        if (options.Mechanisms is [{ Name: "PLAIN" }])
        {
            options = options with { Mechanisms = [] }; // the default, which follows later changes of user and password
        }

        if (options.Tls is { } settings && (settings.CertificateFile is null) != (settings.KeyFile is null))
        {
            throw new FormatException("The URI must give the keys 'certfile' and 'keyfile' together.");
        }

        return options;
    }

    private static AmqpConnectionOptions ApplyOne(AmqpConnectionOptions options, string key, string value, bool tls)
    {
        switch (key)
        {
            case "heartbeat":
                return options with { Heartbeat = TimeSpan.FromSeconds(Number(key, value, 0, 65535)) };
            case "connection_timeout":
                return options with { ConnectTimeout = TimeSpan.FromMilliseconds(Number(key, value, 1, int.MaxValue)) };
            case "channel_max":
                return options with { ChannelMax = (ushort)Number(key, value, 1, 65535) };
            case "frame_max":
                return options with { FrameMax = FrameMax(key, value) };
            case "auth_mechanism":
                return options with { Mechanisms = options.Mechanisms.Add(Mechanism(options, value)) };
            case "cacertfile" or "certfile" or "keyfile" or "verify" or "server_name_indication":
                AmqpTlsOptions settings = tls && options.Tls is { } given
                    ? given
                    : throw new FormatException($"The URI's key '{key}' needs the scheme amqps.");
                return options with { Tls = ApplyTls(settings, key, value) };
            default:
                throw new FormatException($"The URI has the unknown key '{key}'.");
        }
    }

    private static AmqpTlsOptions ApplyTls(AmqpTlsOptions tls, string key, string value)
    {
        if (value.Length == 0)
        {
            throw new FormatException($"The URI's key '{key}' has no value.");
        }

        return key switch
        {
            "cacertfile" => tls with { CaCertificateFile = value },
            "certfile" => tls with { CertificateFile = value },
            "keyfile" => tls with { KeyFile = value },
            "server_name_indication" => tls with { ServerName = value },
            _ => value switch
            {
                "verify_peer" => tls,
                "verify_none" => tls with { RemoteCertificateValidation = static (_, _, _, _) => true },
                _ => throw new FormatException("The URI's key 'verify' must be verify_peer or verify_none."),
            },
        };
    }

    // May be given several times, best first.
    private static SaslMechanism Mechanism(AmqpConnectionOptions options, string value) =>
        value.ToLowerInvariant() switch
        {
            "plain" => SaslMechanism.Plain(options.UserName, options.Password),
            "amqplain" => SaslMechanism.AmqPlain(options.UserName, options.Password),
            "external" => SaslMechanism.External(),
            "anonymous" => SaslMechanism.Anonymous(),
            _ => throw new FormatException(
                "The URI's key 'auth_mechanism' must be plain, amqplain, external or anonymous."),
        };

    private static uint FrameMax(string key, string value)
    {
        long number = Number(key, value, 0, uint.MaxValue);
        return number is > 0 and < 4096
            ? throw new FormatException("The URI's key 'frame_max' must be 0 or at least 4096.")
            : (uint)number;
    }

    private static long Number(string key, string value, long min, long max) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && number >= min && number <= max
            ? number
            : throw new FormatException($"The URI's key '{key}' must be a number from {min} to {max}.");
}
