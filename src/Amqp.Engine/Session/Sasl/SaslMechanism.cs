using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

/// <summary>A way to log in (AMQP 0-9-1 section 2.2.4, SASL). Immutable and thread-safe: what an exchange needs to
/// remember is in its <see cref="SaslExchange"/>. It prints its name and never what it knows.</summary>
public abstract class SaslMechanism
{
    /// <summary>The registered name that is matched against the broker's offer, such as <c>PLAIN</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Begins the exchange of one session.</summary>
    public abstract SaslExchange Begin();

    /// <summary>PLAIN (RFC 4616): a user and a password.</summary>
    /// <param name="userName">The user; must not hold a NUL.</param>
    /// <param name="password">The password; must not hold a NUL.</param>
    /// <exception cref="ArgumentException">One of them holds a NUL, which the mechanism cannot carry.</exception>
    public static SaslMechanism Plain(string userName, string password)
    {
        RefuseNul(userName, nameof(userName));
        RefuseNul(password, nameof(password));
        return new FixedMechanism("PLAIN", $"\0{userName}\0{password}");
    }

    /// <summary>AMQPLAIN, RabbitMQ's older form of PLAIN: the same in a field table, sent without its length.</summary>
    /// <param name="userName">The user.</param>
    /// <param name="password">The password.</param>
    public static SaslMechanism AmqPlain(string userName, string password)
    {
        FieldTable table = FieldTable.Create(("LOGIN", userName), ("PASSWORD", password));
        var bytes = new byte[table.EncodedLength + sizeof(uint)];
        var writer = new WireWriter(bytes);
        writer.WriteTable(table);
        return new FixedMechanism("AMQPLAIN", bytes.AsMemory(sizeof(uint)));
    }

    /// <summary>EXTERNAL (RFC 4422, appendix A): who the client is was shown before, by its TLS certificate.</summary>
    /// <param name="identity">Whom to act as; empty leaves it to the broker.</param>
    public static SaslMechanism External(string identity = "")
    {
        ArgumentNullException.ThrowIfNull(identity);
        return new FixedMechanism("EXTERNAL", identity);
    }

    /// <summary>ANONYMOUS (RFC 4505): RabbitMQ 4.0 and newer log it in as the user they are configured with.</summary>
    /// <param name="trace">What the broker may log of the client; no secret.</param>
    public static SaslMechanism Anonymous(string trace = "")
    {
        ArgumentNullException.ThrowIfNull(trace);
        return new FixedMechanism("ANONYMOUS", trace);
    }

    /// <summary>Renders the mechanism without secrets.</summary>
    /// <returns>Its name.</returns>
    public sealed override string ToString() => Name;

    private static void RefuseNul(string value, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        if (value.Contains('\0'))
        {
            throw new ArgumentException($"The {name} must not contain a NUL character.", name);
        }
    }
}
