using System.Collections.Immutable;
using System.Text;
using Amqp.Engine.Base;
using Amqp.Engine.Wire;

namespace Amqp.Engine.Session;

/// <summary>What a session asks for. Immutable; <see cref="Validate"/> names the first field that is wrong.</summary>
public sealed record SessionOptions
{
    /// <summary>The smallest frame size that the protocol allows, in bytes.</summary>
    public const uint FrameMin = 4096;

    /// <summary>The virtual host, 0 to 255 bytes of UTF-8.</summary>
    public string VirtualHost { get; init; } = "/";

    /// <summary>The user's name for PLAIN; must not hold a NUL.</summary>
    public string UserName { get; init; } = "guest";

    /// <summary>The password for PLAIN; must not hold a NUL. Never printed.</summary>
    public string Password { get; init; } = "guest";

    /// <summary>The ways to log in, best first; the first that the broker offers is taken. None stands for PLAIN with
    /// <see cref="UserName"/> and <see cref="Password"/>.</summary>
    public ImmutableArray<SaslMechanism> Mechanisms { get; init; } = [];

    /// <summary>The highest channel number to ask for, 1 to 65535.</summary>
    public ushort ChannelMax { get; init; } = 2047;

    /// <summary>The longest frame to ask for in bytes, envelope included: 4096 and up, or 0 to take the
    /// broker's.</summary>
    public uint FrameMax { get; init; } = 131072;

    /// <summary>The longest heartbeat interval, 0 to 65535 whole seconds. The broker's is taken when it is shorter and
    /// not
    /// zero. Zero turns heartbeats off.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The locale to ask for.</summary>
    public string Locale { get; init; } = "en_US";

    /// <summary>What the broker shows of this client. The engine adds its capabilities.</summary>
    public FieldTable ClientProperties { get; init; } = FieldTable.Empty;

    /// <summary>How long the handshake may take from <see cref="AmqpSession.Start"/> on; more than zero.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait for <c>connection.close-ok</c>; more than zero.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the broker may keep the connection blocked before it is given up; null for ever.</summary>
    public TimeSpan? BlockedTimeout { get; init; }

    /// <summary>Bounds on what the peer can make grow.</summary>
    public AmqpLimits Limits { get; init; } = AmqpLimits.Default;

    /// <summary>Checks every field.</summary>
    /// <exception cref="ArgumentException">A field is out of its range; the message names it.</exception>
    public void Validate()
    {
        ArgumentNullException.ThrowIfNull(Limits, nameof(Limits));
        ArgumentNullException.ThrowIfNull(ClientProperties, nameof(ClientProperties));
        Limits.Validate();
        RequireShort(VirtualHost, nameof(VirtualHost));
        RequireShort(Locale, nameof(Locale));
        RequireNoNul(UserName, nameof(UserName));
        RequireNoNul(Password, nameof(Password));
        Require(ChannelMax >= 1, nameof(ChannelMax), "must be from 1 to 65535");
        Require(FrameMax is 0 or >= FrameMin, nameof(FrameMax), "must be 0 or at least 4096 bytes");
        Require(
            Heartbeat >= TimeSpan.Zero
                && Heartbeat <= TimeSpan.FromSeconds(ushort.MaxValue)
                && Heartbeat.Ticks % TimeSpan.TicksPerSecond == 0,
            nameof(Heartbeat),
            "must be from 0 to 65535 whole seconds");
        Require(HandshakeTimeout > TimeSpan.Zero, nameof(HandshakeTimeout), "must be more than zero");
        Require(CloseTimeout > TimeSpan.Zero, nameof(CloseTimeout), "must be more than zero");
        Require(
            BlockedTimeout is null || BlockedTimeout > TimeSpan.Zero,
            nameof(BlockedTimeout),
            "must be null or more than zero");

        // Nothing is negotiated yet, so the smallest frame size holds; RabbitMQ drops what is longer without a word.
        foreach (SaslMechanism mechanism in LoginMechanisms)
        {
            RequireShort(mechanism.Name, nameof(Mechanisms));
            int length = AmqpSession.StartOk(this, mechanism.Name, mechanism.Begin()).PayloadLength;
            Require(
                length + FrameWriter.Overhead <= FrameMin,
                nameof(ClientProperties),
                $"must fit a frame of 4096 bytes together with the credentials ({mechanism.Name})");
        }
    }

    internal ImmutableArray<SaslMechanism> LoginMechanisms =>
        Mechanisms.IsDefaultOrEmpty ? [SaslMechanism.Plain(UserName, Password)] : Mechanisms;

    // The password is left out, and so are the client's properties, which may hold anything.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append($"VirtualHost = {VirtualHost}, UserName = {UserName}, Password = ***, ");
        builder.Append($"ChannelMax = {ChannelMax}, ");
        builder.Append($"FrameMax = {FrameMax}, Heartbeat = {Heartbeat}, HandshakeTimeout = {HandshakeTimeout}, ");
        builder.Append($"CloseTimeout = {CloseTimeout}, BlockedTimeout = {BlockedTimeout}");
        return true;
    }

    private static void RequireNoNul(string value, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        Require(!value.Contains('\0'), name, "must not contain a NUL character");
    }

    private static void RequireShort(string value, string name)
    {
        ArgumentNullException.ThrowIfNull(value, name);
        Require(Encoding.UTF8.GetByteCount(value) <= byte.MaxValue, name, "must be at most 255 bytes of UTF-8");
    }

    private static void Require(bool condition, string name, string what)
    {
        if (!condition)
        {
            throw new ArgumentException($"{name} {what}.", name);
        }
    }
}
