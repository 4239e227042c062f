using System.Collections.Immutable;
using Amqp.Engine.Base;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Evidence;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.Time;
using Amqp.Simulation.Trace;

namespace Amqp.Simulation.World;

/// <summary>
/// One client or several, the connections each makes one after the other, and one broker in virtual time.
/// <see cref="Run(Scenario)"/> is a pure function of the scenario.
/// </summary>
/// <remarks>
/// The world is a single loop over one queue, ordered by time and then by the order in which things were put there:
/// reads on a link, deadlines of a session and of the broker, faults, and the client's own waits. Each input to the
/// session follows its contract: one input, events to the end, bytes, deadline.
/// </remarks>
public sealed partial class SimWorld
{
    private readonly Scenario _scenario;
    private readonly WorldOptions _options;
    private readonly RandomStreams _random;
    private readonly EventQueue<Happening> _queue = new();
    private readonly WorldRecorder _recorder;
    private readonly TraceLog? _lines;
    private readonly List<SimConnection> _connections = [];
    private readonly SimClock _clientClock;
    private readonly SimClock _brokerClock;
    private readonly BrokerCore _broker;
    private readonly Buggifier _buggify;
    private readonly List<BrokerConnection> _dirty = [];
    private readonly WorldClient[] _clients;
    private readonly AuditBench _audit = new();
    private readonly List<EventRecord>? _events;
    private readonly List<CommandRecord>? _commands;
    private MonoTime _now;
    private MonoTime _brokerArmedFor = MonoTime.Never;
    private MonoTime _progressAt;
    private WorldPhase _phase;
    private ulong _marks;
    private int _happenings;

    private SimWorld(Scenario scenario, bool keepsTrace, SimTrace? evidence)
    {
        _scenario = scenario;
        _options = scenario.Options;
        _random = new RandomStreams(scenario.Seed);
        _clientClock = new SimClock(_options.Origin, _options.ClientClock);
        _brokerClock = new SimClock(MonoTime.Zero, _options.BrokerClock);
        if (keepsTrace)
        {
            _lines = new TraceLog(MonoTime.Zero);
            _events = [];
            _commands = [];
        }

        _recorder = new WorldRecorder(_lines, evidence);
        _buggify = new Buggifier(_options.Buggify, _random, _recorder.Draw);
        _reached = new bool[scenario.Faults.Length];
        _watchesCuts = scenario.Faults.Any(static each => each.Fault is CutConnection or CutNextConnection);
        _broker = new BrokerCore(_options.Broker ?? s_brokerDefaults) { Observer = new BrokerEar(this) };
        _clients = new WorldClient[1 + scenario.MoreClients.Length];
        for (int i = 0; i < _clients.Length; i++)
        {
            ImmutableArray<Step> steps = i == 0 ? scenario.Steps : scenario.MoreClients[i - 1].Steps;
            _clients[i] = new WorldClient(
                this, i, steps, _options.Reconnect is { } reconnect ? new SessionReplay(reconnect) : null);
        }
    }

    /// <summary>What a broker is where the scenario does not say; nobody reads its journal here.</summary>
    private static readonly BrokerOptions s_brokerDefaults = new() { JournalLength = 0 };

    /// <summary>Runs a scenario to its end.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <returns>The same outcome for the same scenario, always.</returns>
    public static Outcome Run(Scenario scenario) => Run(scenario, keepsTrace: true);

    /// <summary>Runs a scenario to its end.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="keepsTrace">
    /// False when nobody reads the trace, the events and the commands: the verdict and the hash are the same, sooner.
    /// </param>
    /// <returns>The same outcome for the same scenario, always.</returns>
    public static Outcome Run(Scenario scenario, bool keepsTrace)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return new SimWorld(scenario, keepsTrace, null).RunSafely();
    }

    /// <summary>Runs a scenario to its end and writes down what time lines and packet captures show.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="evidence">Gets steps, bytes, ends of streams and faults; see
    /// <see cref="EvidenceFiles"/>.</param>
    /// <returns>The same outcome as without evidence.</returns>
    public static Outcome Run(Scenario scenario, SimTrace evidence)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        ArgumentNullException.ThrowIfNull(evidence);
        return new SimWorld(scenario, keepsTrace: true, evidence).RunSafely();
    }

    /// <summary>A mistake that throws is a failure like any other: it can be shrunk and kept.</summary>
    private Outcome RunSafely()
    {
        try
        {
            return Run();
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            string where = bug.StackTrace?.Split('\n', 2)[0].Trim() ?? "";
            return new Outcome
            {
                Failures = [$"X {bug.GetType().Name} {bug.Message} {where}"],
                Trace = _lines is null ? [] : [.. _lines.Lines],
                TraceHash = _recorder.Hash,
                Happenings = _happenings,
                Duration = _now - MonoTime.Zero,
                Marks = _marks,
            };
        }
    }

    private Outcome Run()
    {
        PlanFaults();
        if (_options.Reconnect is not null)
        {
            Schedule(MonoTime.Zero + _options.FaultsEnd, new Happening(HappeningKind.Heal));
        }

        Array.ForEach(_clients, Connect);
        string? pending = null;
        while (pending is null)
        {
            foreach (WorldClient client in _clients)
            {
                client.User.Run();
            }

            if (_audit.HasFailed)
            {
                // Online: what the trace ends with is what was wrong, and what would follow from it is not told.
                return Finished(null);
            }

            if (IsOver())
            {
                break;
            }

            pending = _happenings++ >= _options.MaxHappenings
                ? $"still busy after {_happenings} happenings; {Pending()}"
                : Next();
        }

        return Finish(pending);
    }

    private Outcome Finish(string? pending)
    {
        bool isStuck = pending is not null;
        pending ??= Pending();
        bool[] closed = [.. _clients.Select(static each => each.Session?.State == ConnectionState.Closed)];
        TearDown();
        foreach (WorldClient client in _clients)
        {
            client.Audit.OnEnd(closed[client.Index]);
        }

        _audit.OnFinish(new WorldEnd(_broker, [.. _connections], isStuck));
        return Finished(pending);
    }

    private Outcome Finished(string? pending) =>
        new()
        {
            Trace = _lines is null ? [] : [.. _lines.Lines],
            TraceHash = _recorder.Hash,
            Events = _events is null ? [] : [.. _events],
            Commands = _commands is null ? [] : [.. _commands],
            Failures = [.. _audit.Failures],
            Pending = pending,
            FinalState = _clients[0].Session?.State ?? ConnectionState.Idle,
            BytesToBroker = _connections.Sum(static each => each.Link.Sent(LinkDirection.ToBroker)),
            BytesToClient = _connections.Sum(static each => each.Link.Sent(LinkDirection.ToClient)),
            Duration = _now - MonoTime.Zero,
            Happenings = _happenings,
            Connections = _attempts,
            Marks = _marks,
            NotReached = [.. _scenario.Faults.Where((_, i) => !_reached[i])],
        };

    /// <summary>Lets the next thing happen.</summary>
    /// <returns>Null, or why nothing can.</returns>
    private string? Next()
    {
        MonoTime next = _queue.NextAt;
        if (next == MonoTime.Never)
        {
            return $"nothing will ever happen again; {Pending()}";
        }

        if (next - MonoTime.Zero > _options.Limit)
        {
            return $"the time limit of {_options.Limit} passed; {Pending()}";
        }

        if (_phase == WorldPhase.Healed && next - _progressAt > _options.Patience)
        {
            return $"nothing got on for {_options.Patience} though nothing is wrong any more; {Pending()}";
        }

        _queue.TryTake(out MonoTime at, out Happening happening);
        _now = at > _now ? at : _now;
        _recorder.Now = _now;
        Dispatch(happening);
        return null;
    }

    private void Dispatch(in Happening happening)
    {
        switch (happening.Kind)
        {
            case HappeningKind.Link:
                Handle(happening.Connection!, happening.Signal);
                break;
            case HappeningKind.SessionTimer:
                OnSessionTimer(happening.Connection!, isEarly: happening.Index == Early);
                break;
            case HappeningKind.BrokerTimer:
                OnBrokerTimer(isEarly: happening.Index == Early);
                break;
            case HappeningKind.Flush:
                happening.Connection!.IsFlushLate = false;
                Flush(happening.Connection);
                break;
            case HappeningKind.Connect:
                Connect(_clients[happening.Index]);
                break;
            case HappeningKind.ConnectTimeout:
                _clients[happening.Index].IsConnecting = false;
                _clients[happening.Index].User.OnConnectFailed();
                break;
            case HappeningKind.Fault:
                Inject(happening.Index);
                break;
            case HappeningKind.Cut:
                Cut(happening.Connection!, happening.Cut!, happening.Index);
                break;
            case HappeningKind.BrokerUp:
                BringUp(happening.Index);
                break;
            case HappeningKind.Heal when _phase == WorldPhase.Faulty:
                Mark(WorldMark.HealedByTime);
                Heal();
                break;
        }
    }

    private void Schedule(MonoTime at, in Happening happening)
    {
        if (at != MonoTime.Never)
        {
            _queue.Add(at, happening);
        }
    }
}
