using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Amqp.Transport;

/// <summary>Reads URIs by RabbitMQ's specifications "URI Specification" and "URI Query Parameters".</summary>
/// <remarks>
/// <code>
/// amqp[s]://[user[:password]@]host[:port][/vhost][?key=value[&amp;key=value]...]
/// </code>
/// Without the slash the virtual host is the default one; with a slash and nothing behind it, it is the empty name.
/// <see cref="Uri"/> loses that difference, hence this parser. No error text repeats the URI: it may hold a password.
/// </remarks>
internal static class AmqpUri
{
    public static AmqpConnectionOptions Parse(string uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        int schemeEnd = uri.IndexOf("://", StringComparison.Ordinal);
        string scheme = schemeEnd < 0 ? "" : uri[..schemeEnd].ToLowerInvariant();
        if (scheme is not ("amqp" or "amqps"))
        {
            throw new FormatException("The URI's scheme must be amqp or amqps.");
        }

        string rest = uri[(schemeEnd + 3)..];
        if (rest.Contains('#'))
        {
            throw new FormatException("The URI must not have a fragment ('#'); write it as %23.");
        }

        (string beforeQuery, string? query) = Cut(rest, '?');
        if (query is not null && query.Contains('@'))
        {
            throw new FormatException("The URI has '@' behind '?'; write a '?' in a password as %3f, an '@' as %40.");
        }

        (string authority, string? path) = Cut(beforeQuery, '/');
        bool tls = scheme == "amqps";
        AmqpConnectionOptions options = ReadAuthority(authority, tls);
        if (path is not null)
        {
            if (path.Contains('/'))
            {
                throw new FormatException("The virtual host must be one segment; write a slash in it as %2f.");
            }

            options = options with { VirtualHost = Decode(path, "virtual host") };
        }

        return query is null ? options : AmqpUriQuery.Apply(options, query, tls);
    }

    internal static string Decode(string text, string part)
    {
        if (!text.Contains('%'))
        {
            return text;
        }

        byte[] source = Encoding.UTF8.GetBytes(text);
        var bytes = new byte[source.Length];
        int count = 0;
        for (int i = 0; i < source.Length; i++)
        {
            if (source[i] != '%')
            {
                bytes[count++] = source[i];
                continue;
            }

            if (i + 2 >= source.Length || !byte.TryParse(source.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier,
                CultureInfo.InvariantCulture, out bytes[count]))
            {
                throw new FormatException($"The URI's {part} has a '%' that no two hexadecimal digits follow.");
            }

            count++;
            i += 2;
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes, 0, count);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException($"The URI's {part} does not decode to UTF-8.");
        }
    }

    internal static (string Before, string? After) Cut(string text, char separator)
    {
        int at = text.IndexOf(separator);
        return at < 0 ? (text, null) : (text[..at], text[(at + 1)..]);
    }

    private static AmqpConnectionOptions ReadAuthority(string authority, bool tls)
    {
        var options = new AmqpConnectionOptions { Tls = tls ? new AmqpTlsOptions() : null };
        int at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            (string user, string? password) = Cut(authority[..at], ':');
            options = options with { UserName = Decode(user, "user name") };
            if (password is not null)
            {
                options = options with { Password = Decode(password, "password") };
            }
        }

        (string host, string? port) = SplitHost(authority[(at + 1)..]);
        int number = tls ? 5671 : 5672;
        if (!string.IsNullOrEmpty(port)
            && !(int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number)
                && number is >= 1 and <= 65535))
        {
            throw new FormatException("The URI's port must be a number from 1 to 65535.");
        }

        return options with { Endpoints = [new AmqpEndpoint(host.Length == 0 ? "localhost" : host, number)] };
    }

    private static (string Host, string? Port) SplitHost(string text)
    {
        if (!text.StartsWith('['))
        {
            (string host, string? port) = Cut(text, ':');
            return (Decode(host, "host"), port);
        }

        int end = text.IndexOf(']');
        string after = end < 0 ? "" : text[(end + 1)..];
        if (end < 0 || (after.Length > 0 && after[0] != ':'))
        {
            throw new FormatException("The URI's IPv6 address must stand in brackets, with only a port behind them.");
        }

        string address = text[1..end];
        if (!IPAddress.TryParse(address, out IPAddress? ip) || ip.AddressFamily != AddressFamily.InterNetworkV6)
        {
            throw new FormatException("The URI's host stands in brackets but is no IPv6 address.");
        }

        return (address, after.Length == 0 ? null : after[1..]);
    }
}
