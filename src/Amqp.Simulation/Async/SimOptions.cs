using Amqp.FakeBroker;
using Amqp.Simulation.Links;
using Amqp.Transport;

namespace Amqp.Simulation;

/// <summary>The conditions under which a world of asynchronous code runs. Immutable.</summary>
public sealed record SimOptions
{
    /// <summary>How the code is kept on one thread.</summary>
    public SimMode Mode { get; init; }

    /// <summary>The broker; its seed is derived from the world's.</summary>
    public BrokerOptions Broker { get; init; } = new();

    /// <summary>What connections are made from; clock and stream are the world's.</summary>
    public AmqpConnectionOptions Connection { get; init; } = new();

    /// <summary>What the clock shows at first.</summary>
    public DateTimeOffset Start { get; init; } = Time.VirtualTimeProvider.DefaultStart;

    /// <summary>How much virtual time may pass.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many timers may fire.</summary>
    public long MaxHappenings { get; init; } = 1_000_000;

    /// <summary>How long, in real time, the only thread may be blocked before the run is ended.</summary>
    public TimeSpan BlockedAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether a connection that is still open at the end is no failure.</summary>
    public bool AllowLeaks { get; init; }

    /// <summary>Whether a fault that was set and never happened is no failure.</summary>
    public bool AllowUnreached { get; init; }

    /// <summary>The folder into which the time line and the packets of a failing run are written; null for
    /// none.</summary>
    public string? EvidenceFolder { get; init; }

    /// <summary>The links between client and broker, unless a scenario says otherwise.</summary>
    public LinkOptions Link { get; init; } = new();
}
