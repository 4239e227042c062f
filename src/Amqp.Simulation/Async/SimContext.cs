using Amqp.Engine.Base;
using Amqp.FakeBroker;
using Amqp.Simulation.Async;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Time;
using Amqp.Transport;

namespace Amqp.Simulation;

/// <summary>
/// A world as the code in it sees it: its clock, its broker, its network, and what goes wrong. For the world's own
/// thread only.
/// </summary>
public sealed class SimContext
{
    private static readonly TimeSpan s_defaultWait = TimeSpan.FromMinutes(1);

    private readonly AsyncWorld _world;
    private readonly SimOptions _options;
    private readonly RandomStreams _random;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SkewedTimeProvider _clientClock;
    private readonly SkewedTimeProvider _brokerClock;
    private ulong _journalSeen;

    internal SimContext(AsyncWorld world, SimScenario scenario, SimOptions options)
    {
        _world = world;
        _options = options;
        Scenario = scenario;
        _random = new RandomStreams(scenario.Seed);
        _clientClock = Clock(scenario.ClientDrift);
        _brokerClock = Clock(scenario.BrokerDrift);
        Broker = new InMemoryBroker(
            options.Broker with { Seed = Prng.DeriveSeed(scenario.Seed, "broker") }, _brokerClock);
        Faults = new SimFaults(this, new FaultPlan(this, world));
        Network = new SimNetwork(world, Broker, scenario.Link ?? options.Link, _random)
        {
            OnFault = Faults.Plan.Happened,
        };
        ConnectionOptions = options.Connection with { TimeProvider = _clientClock };
    }

    /// <summary>What the world was made from.</summary>
    public SimScenario Scenario { get; }

    /// <summary>The seed of the world.</summary>
    public ulong Seed => Scenario.Seed;

    /// <summary>The world's clock: hand it to all code that waits or looks at the time.</summary>
    public VirtualTimeProvider Time => _world.Clock;

    /// <summary>The clock of the client's machine, as connections have it: the world's, unless the scenario lets it
    /// drift or <see cref="SimFaults.MoveClientClock"/> moves it.</summary>
    public TimeProvider ClientTime => _clientClock;

    /// <summary>The broker. Code connects to it by <see cref="ConnectAsync"/> or <see cref="Connector"/>; a test looks
    /// at
    /// its queues and waits on them as without a simulation.</summary>
    public InMemoryBroker Broker { get; }

    /// <summary>What goes wrong.</summary>
    public SimFaults Faults { get; }

    /// <summary>Makes the byte streams to the broker, for <see cref="AmqpConnection.ConnectAsync(AmqpConnectionOptions,
    /// IConnector, CancellationToken)"/>.</summary>
    public IConnector Connector => Network;

    /// <summary>What connections are made from: <see cref="SimOptions.Connection"/> on
    /// <see cref="ClientTime"/>.</summary>
    public AmqpConnectionOptions ConnectionOptions { get; }

    /// <summary>Cancelled when the world ends.</summary>
    public CancellationToken Stopping => _stopping.Token;

    internal SimNetwork Network { get; }

    internal string? Leaks { get; private set; }

    /// <summary>Connects to the broker, by the same code as in production.</summary>
    /// <param name="configure">Changes the options; null for <see cref="ConnectionOptions"/>.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>An open connection, for the caller to dispose of.</returns>
    /// <exception cref="AmqpConnectException">The broker could not be connected to.</exception>
    /// <exception cref="InvalidOperationException">The world is a guarded one.</exception>
    public Task<AmqpConnection> ConnectAsync(
        Func<AmqpConnectionOptions, AmqpConnectionOptions>? configure = null,
        CancellationToken cancellationToken = default)
    {
        if (_world.IsGuarded)
        {
            throw new InvalidOperationException(
                $"Amqp.Transport uses the thread pool, so it needs {nameof(SimMode)}.{nameof(SimMode.OneWorker)}: an "
                + $"executable, a test project of xunit.v3, or a child process by {nameof(SimChild)}.");
        }

        _world.Enter(nameof(ConnectAsync));
        AmqpConnectionOptions options = configure?.Invoke(ConnectionOptions) ?? ConnectionOptions;
        return AmqpConnection.ConnectAsync(options, Connector, cancellationToken);
    }

    /// <summary>Lets virtual time pass.</summary>
    /// <param name="time">How much.</param>
    /// <returns>A task that ends when it has passed.</returns>
    public Task DelayAsync(TimeSpan time) => Task.Delay(time, Time, CancellationToken.None);

    /// <summary>Waits until something holds; it is looked at each 10 ms of virtual time.</summary>
    /// <param name="condition">What is to hold.</param>
    /// <param name="description">What is waited for, for the exception's message.</param>
    /// <param name="within">How long at most in virtual time; null for a minute.</param>
    /// <returns>A task that ends when it holds.</returns>
    /// <exception cref="TimeoutException">It did not come to hold.</exception>
    public async Task UntilAsync(Func<bool> condition, string description = "the condition", TimeSpan? within = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        TimeSpan limit = within ?? s_defaultWait;
        MonoTime until = Time.Now + limit;
        while (!condition())
        {
            if (Time.Now >= until)
            {
                throw new TimeoutException($"{description} did not come within {limit} of virtual time");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), Time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Ends all faults: alarms, held confirms, frozen links, a broker that is down. What waits for a place
    /// that
    /// has not come is called off.</summary>
    public void Heal() => Faults.Heal();

    /// <summary>Puts a line into the trace, with the virtual time.</summary>
    /// <param name="text">The line.</param>
    public void Note(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _world.Enter(nameof(Note));
        _world.Note(TraceKind.Note, TraceLane.Client, 0, text);
    }

    /// <summary>The start of a random stream, the same in each run of the scenario.</summary>
    /// <param name="key">Its name; streams of different names are independent.</param>
    /// <returns>The stream, for the caller to keep.</returns>
    public Prng RandomFor(string key) => _random.For("user:" + key);

    internal void Step(Links.StepClock step) => (step.OfBroker ? _brokerClock : _clientClock).Step(step.By);

    private SkewedTimeProvider Clock(int driftPpm) => new(
        _world.Clock, new World.SimClock(MonoTime.Zero, new Scenarios.ClockOptions(driftPpm)), driftPpm);

    internal void Begin() => Faults.Plan.Begin(Scenario);

    internal void Trace(TraceKind kind, TraceLane lane, int connection, string text) =>
        _world.Note(kind, lane, connection, text);

    /// <summary>Takes what the broker's journal tells into the trace.</summary>
    internal void FollowBroker()
    {
        foreach (FakeBroker.Journal.JournalEntry entry in Broker.Journal(_journalSeen))
        {
            _journalSeen = entry.Sequence;
            bool isFault = entry.Kind == FakeBroker.Journal.JournalKind.Fault;
            string text = isFault ? entry.Text : $"{entry.Kind} {entry.Text}".TrimEnd();
            _world.Note(
                isFault ? TraceKind.Fault : TraceKind.Broker,
                isFault ? TraceLane.Link : TraceLane.Broker,
                (int)entry.Connection,
                text);
        }
    }

    internal async Task EndAsync()
    {
        int open = Network.OpenConnections;
        if (open > 0)
        {
            Leaks = $"{open} {(open == 1 ? "connection was" : "connections were")} left open: dispose of what "
                + $"{nameof(ConnectAsync)} returns";
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        Network.Abort();
        await Broker.DisposeAsync().ConfigureAwait(false);
        if (Leaks is null && _clientClock.AliveTimers + _brokerClock.AliveTimers is > 0 and var timers)
        {
            Leaks = $"{timers} {(timers == 1 ? "timer" : "timers")} of {nameof(ClientTime)} or of the broker were "
                + "left, though no connection was";
        }
    }
}
