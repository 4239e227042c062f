using System.Collections.Immutable;

namespace Amqp.FakeBroker;

/// <summary>What a broker is: its identity, accounts and limits. Immutable, safe to share.</summary>
public sealed partial record BrokerOptions
{
    /// <summary>
    /// Seed of every name the broker invents (amq.gen-…, amq.ctag-…). Equal seeds and inputs give equal output.
    /// </summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Which release of RabbitMQ to behave like. Default <see cref="BrokerProfile.RabbitMq310"/>.</summary>
    public BrokerProfile Profile { get; init; } = BrokerProfile.RabbitMq310;

    /// <summary>The accounts the broker starts with. Default: guest with password guest.</summary>
    public ImmutableArray<BrokerUser> Users { get; init; } =
        [new BrokerUser("guest", "guest") { Tags = ["administrator"] }];

    /// <summary>The virtual hosts. Default: "/".</summary>
    public ImmutableArray<string> VirtualHosts { get; init; } = ["/"];

    /// <summary>channel-max offered in connection.tune, 1 to 65535. Default 2047.</summary>
    public ushort ChannelMax { get; init; } = 2047;

    /// <summary>frame-max offered in connection.tune, in octets, at least 4096. Default 131072.</summary>
    public uint FrameMax { get; init; } = 131072;

    /// <summary>Heartbeat offered in connection.tune, in seconds; 0 offers none. Default 60.</summary>
    public ushort HeartbeatSeconds { get; init; } = 60;

    /// <summary>
    /// Largest message body in octets; a longer one closes the channel with 406. Null for the profile's: 128 MiB in
    /// RabbitMQ 3.10, 16 MiB since 4.0.
    /// </summary>
    public long? MaxMessageSize { get; init; }

    /// <summary>
    /// How many octets of messages (bodies and headers, in queues and unacknowledged) raise the memory alarm by
    /// themselves; it ends when they are fewer again. Default 1 GiB; <see cref="long.MaxValue"/> never.
    /// </summary>
    public long MemoryHighWatermark { get; init; } = 1L << 30;

    /// <summary>How long a delivery may stay unacknowledged until its channel is closed. Default 30 min.</summary>
    public TimeSpan ConsumerTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How often unacknowledged deliveries are looked at for that. Default 1 min.</summary>
    public TimeSpan ConsumerTimeoutInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The date and time at <c>MonoTime.Zero</c>, which x-death and streams count from. Null for the host's clock; a
    /// core without a host starts on 1 January 2026.
    /// </summary>
    public DateTimeOffset? Epoch { get; init; }

    /// <summary>The product named in the server properties. Default "RabbitMQ", which clients look for.</summary>
    public string Product { get; init; } = "RabbitMQ";

    /// <summary>The version named in the server properties; null for the profile's.</summary>
    public string? Version { get; init; }

    /// <summary>The cluster named in the server properties.</summary>
    public string ClusterName { get; init; } = "rabbit@localhost";

    /// <summary>
    /// How long a stream that broke the framing, or a refused handshake, is kept before it is dropped. Default 3 s.
    /// </summary>
    public TimeSpan SilentCloseDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the broker waits for a close-ok, or for the peer to hang up after one. Default 30 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may take until connection.open succeeded. Default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the exception names it.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfZero(ChannelMax);
        ArgumentOutOfRangeException.ThrowIfLessThan(FrameMax, 4096u);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FrameMax, (uint)int.MaxValue, nameof(FrameMax));
        ArgumentOutOfRangeException.ThrowIfNegative(MaxMessageSize ?? 0, nameof(MaxMessageSize));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxMessageSize ?? 0, Array.MaxLength, nameof(MaxMessageSize));
        ArgumentOutOfRangeException.ThrowIfNegative(MemoryHighWatermark);
        ArgumentOutOfRangeException.ThrowIfLessThan(ConsumerTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConsumerTimeoutInterval, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(SilentCloseDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(CloseTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(HandshakeTimeout, TimeSpan.Zero);
    }
}
