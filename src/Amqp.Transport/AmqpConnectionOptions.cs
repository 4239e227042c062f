using System.Collections.Immutable;
using System.Text;
using Amqp.Engine.Base;
using Amqp.Engine.Recovery;
using Amqp.Engine.Session;
using Amqp.Engine.Wire;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amqp.Transport;

/// <summary>Everything that a connection is made from. Immutable, so that it can be shared between threads.</summary>
public sealed record AmqpConnectionOptions
{
    /// <summary>The brokers to try, in order; each name's addresses are tried in the order of the resolver.</summary>
    public ImmutableArray<AmqpEndpoint> Endpoints { get; init; } = [new AmqpEndpoint("localhost", 5672)];

    /// <summary>The virtual host, at most 255 bytes of UTF-8.</summary>
    public string VirtualHost { get; init; } = "/";

    /// <summary>The user to log in as.</summary>
    public string UserName { get; init; } = "guest";

    /// <summary>The password to log in with; never printed and never logged.</summary>
    public string Password { get; init; } = "guest";

    /// <summary>Where user and password come from when they change; <see cref="UserName"/> and <see cref="Password"/>
    /// are not used then.</summary>
    public ICredentialsProvider? CredentialsProvider { get; init; }

    /// <summary>The ways to log in (SASL), best first; the first that the broker offers is taken. None stands for PLAIN
    /// with the user and password; others know their own credentials, so they do not go with a
    /// <see cref="CredentialsProvider"/>.</summary>
    public ImmutableArray<SaslMechanism> Mechanisms { get; init; } = [];

    /// <summary>The heartbeat interval to ask for, in whole seconds up to 65535; the lower of this and the broker's
    /// counts. Zero turns heartbeats off, and then a peer that falls silent is not found out. Otherwise the peer is
    /// taken for dead after two silent intervals.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The most channels to ask for, 1 to 65535; the broker may lower it.</summary>
    public ushort ChannelMax { get; init; } = 2047;

    /// <summary>The longest frame to ask for in bytes, at least 4096, or 0 for the broker's value.</summary>
    public uint FrameMax { get; init; } = 131072;

    /// <summary>The time for everything from name resolution to <c>connection.open-ok</c>, over all endpoints
    /// together, in each pass over them; like all timeouts here more than zero and at most 24 days. What is left of it
    /// is shared evenly between the addresses that are still to be tried.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How the first connection is tried again when no endpoint could be connected to: how many passes over
    /// the endpoints there are (<see cref="RecoveryPolicy.MaxAttempts"/>; for ever by default), what delay lies between
    /// them, and in which order each goes. A login or virtual host that the broker refuses in words ends it at once,
    /// unless <see cref="RecoveryPolicy.Recoverable"/> says otherwise. <see langword="null"/> for one pass in the given
    /// order, so that what is configured wrongly shows at once. A lost connection has a policy of its own, see
    /// <see cref="AmqpRecoveryOptions.Policy"/>, which can be the same one. A seed of 0 stands for one that is drawn
    /// from the time.</summary>
    public RecoveryPolicy? ConnectRetry { get; init; }

    /// <summary>The time that a call waits for the broker's answer; <see cref="Timeout.InfiniteTimeSpan"/> waits for
    /// ever.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The time for a polite close; then the connection is dropped.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the broker may keep the connection blocked before it is given up; <see langword="null"/> waits
    /// for ever.</summary>
    public TimeSpan? BlockedTimeout { get; init; }

    /// <summary>What publishing does while the broker keeps the connection blocked; by default it waits.</summary>
    public BlockedPolicy WhenBlocked { get; init; }

    /// <summary>How many bytes may wait to be sent before publishing waits, at least 1; one message may exceed it by
    /// its own size. More does not make sending faster, since the bytes leave the processor's caches; it only lets
    /// bursts in. The lower of this and <see cref="AmqpLimits.MaxOutgoingBytes"/> counts.</summary>
    public int MaxPendingOutputBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>A name that the broker's management shows, sent as the client property
    /// <c>connection_name</c>.</summary>
    public string? ConnectionName { get; init; }

    /// <summary>Further client properties; the capabilities are added.</summary>
    public FieldTable ClientProperties { get; init; } = FieldTable.Empty;

    /// <summary>TLS, or <see langword="null"/> for a bare TCP stream.</summary>
    public AmqpTlsOptions? Tls { get; init; }

    /// <summary>How the connection recovers after it was lost; <see langword="null"/> for a connection that ends with
    /// its stream.</summary>
    public AmqpRecoveryOptions? Recovery { get; init; }

    /// <summary>Who reads the socket.</summary>
    public IoMode IoMode { get; init; }

    /// <summary>Whether a connection that is read by a thread of its own pauses for about 0.1 ms between two reads when
    /// deliveries stream in, so that one read brings more of them: on a real broker about a tenth less for each message
    /// of 1 KiB, measured. A delivery may be that much late, but never one that comes 0.3 ms or more after the
    /// one before, and none while anything is published or called for on the connection. On Linux and macOS; elsewhere
    /// it does nothing.</summary>
    public bool ReadCoalescing { get; init; }

    /// <summary>The limits on all that a peer can make grow.</summary>
    public AmqpLimits Limits { get; init; } = AmqpLimits.Default;

    /// <summary>The only clock and the only source of timers.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the connection logs to; nothing is logged by default.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Reads a URI of the schemes <c>amqp</c> and <c>amqps</c> by RabbitMQ's URI specification and its query
    /// parameters (<c>auth_mechanism</c>, <c>cacertfile</c>, <c>certfile</c>, <c>keyfile</c>, <c>verify</c>,
    /// <c>server_name_indication</c>, <c>heartbeat</c> in seconds, <c>connection_timeout</c> in milliseconds,
    /// <c>channel_max</c>, <c>frame_max</c>).</summary>
    /// <param name="uri">Such as <c>amqps://user:secret@broker:5671/vhost?heartbeat=10</c>.</param>
    /// <returns>Options with everything else at its default.</returns>
    /// <exception cref="FormatException">The URI is malformed, or a key is unknown or given twice. The text names the
    /// key and never the password.</exception>
    public static AmqpConnectionOptions Parse(string uri) => AmqpUri.Parse(uri);

    /// <summary>Reads a URI, see <see cref="Parse"/>.</summary>
    /// <param name="uri">The URI; its original text counts, because <see cref="Uri"/> cannot tell <c>amqp://h</c> from
    /// <c>amqp://h/</c>.</param>
    /// <returns>Options with everything else at its default.</returns>
    /// <exception cref="FormatException">As for <see cref="Parse"/>.</exception>
    public static AmqpConnectionOptions FromUri(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return AmqpUri.Parse(uri.OriginalString);
    }

    /// <summary>Checks all ranges.</summary>
    /// <exception cref="ArgumentException">A member is out of range; the text names it.</exception>
    public void Validate()
    {
        if (Endpoints.IsDefaultOrEmpty)
        {
            throw new ArgumentException("There must be at least one endpoint.", nameof(Endpoints));
        }

        foreach (AmqpEndpoint endpoint in Endpoints)
        {
            ArgumentException.ThrowIfNullOrEmpty(endpoint.Host, nameof(Endpoints));
            ArgumentOutOfRangeException.ThrowIfLessThan(endpoint.Port, 1, nameof(Endpoints));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(endpoint.Port, 65535, nameof(Endpoints));
        }

        CheckTimeout(ConnectTimeout, nameof(ConnectTimeout));
        CheckTimeout(CloseTimeout, nameof(CloseTimeout));
        if (RequestTimeout != Timeout.InfiniteTimeSpan)
        {
            CheckTimeout(RequestTimeout, nameof(RequestTimeout));
        }

        if (BlockedTimeout is { } blocked)
        {
            CheckTimeout(blocked, nameof(BlockedTimeout));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(MaxPendingOutputBytes, 1, nameof(MaxPendingOutputBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Limits.MaxBodySize, Array.MaxLength, nameof(Limits.MaxBodySize));
        if (CredentialsProvider is not null && !Mechanisms.IsDefaultOrEmpty)
        {
            throw new ArgumentException(
                "A CredentialsProvider feeds PLAIN and does not go with Mechanisms.", nameof(CredentialsProvider));
        }

        Tls?.Validate();
        ConnectRetry?.Validate();
        Recovery?.Validate();
        ToSessionOptions(ConnectTimeout).Validate();
    }

    /// <summary>Renders the options without the password.</summary>
    /// <returns>Such as <c>guest:***@localhost:5672, vhost /, heartbeat 60 s</c>.</returns>
    public override string ToString()
    {
        var text = new StringBuilder(Tls is null ? "amqp " : "amqps ").Append(UserName).Append(":***@");
        text.AppendJoin(',', Endpoints.IsDefault ? [] : Endpoints);
        return text.Append(", vhost ").Append(VirtualHost)
            .Append(", heartbeat ").Append((long)Heartbeat.TotalSeconds).Append(" s").ToString();
    }

    // Timers count milliseconds in 31 bits.
    private static void CheckTimeout(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMilliseconds(int.MaxValue), name);
    }

    /// <summary>The seed of a policy, or one that is drawn from the time.</summary>
    internal ulong SeedOf(RecoveryPolicy policy) => policy.Seed != 0
        ? policy.Seed
        : Prng.DeriveSeed((ulong)TimeProvider.GetUtcNow().UtcTicks, ConnectionName ?? "");

    internal SessionOptions ToSessionOptions(TimeSpan handshakeTimeout) => new()
    {
        VirtualHost = VirtualHost,
        UserName = UserName,
        Password = Password,
        Mechanisms = Mechanisms,
        ChannelMax = ChannelMax,
        FrameMax = FrameMax,
        Heartbeat = Heartbeat,
        ClientProperties = ConnectionName is null
            ? ClientProperties
            : ClientProperties.With("connection_name", FieldValue.LongString(ConnectionName)),
        HandshakeTimeout = handshakeTimeout,
        CloseTimeout = CloseTimeout,
        BlockedTimeout = BlockedTimeout,
        Limits = Limits,
    };
}
