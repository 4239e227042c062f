using Amqp.Engine.Base;
using Amqp.Engine.Session;
using Amqp.FakeBroker;
using Amqp.Simulation.Links;
using Amqp.Simulation.World;

namespace Amqp.Simulation.Scenarios;

/// <summary>The conditions of a run: what client, network and broker are like before any fault.</summary>
public sealed record WorldOptions
{
    /// <summary>What the client asks for.</summary>
    public SessionOptions Session { get; init; } = new();

    /// <summary>What the broker is like; null for its defaults.</summary>
    public BrokerOptions? Broker { get; init; }

    /// <summary>What the network is like.</summary>
    public LinkOptions Link { get; init; } = new();

    /// <summary>How the client comes back when its session is lost; null when it does not.</summary>
    public ReconnectOptions? Reconnect { get; init; }

    /// <summary>How the client's clock goes.</summary>
    public ClockOptions ClientClock { get; init; } = new();

    /// <summary>How the broker's clock goes.</summary>
    public ClockOptions BrokerClock { get; init; } = new();

    /// <summary>What is allowed and unlikely that drivers and links do now and then.</summary>
    public BuggifySites Buggify { get; init; }

    /// <summary>How long a client waits for a connection that nobody answers, more than zero.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// When all faults end by themselves in a world whose client reconnects; they also end with the last step.
    /// </summary>
    public TimeSpan FaultsEnd { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long nothing may get on after the faults ended before the world is called stuck.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>What the client's clock shows at the start. The engine must not care.</summary>
    public MonoTime Origin { get; init; } = MonoTime.Zero;

    /// <summary>How long the run goes on after its last step, unless the session closes before.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The virtual time after which a run that has not ended is called stuck.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>The number of happenings after which a run that has not ended is called stuck.</summary>
    public int MaxHappenings { get; init; } = 1_000_000;
}
