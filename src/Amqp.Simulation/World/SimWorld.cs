using System.Buffers;
using Amqp.Engine.Base;
using Amqp.Engine.Commands;
using Amqp.Engine.Events;
using Amqp.Engine.Session;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Audit;
using Amqp.Simulation.Links;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.Time;
using Amqp.Simulation.Trace;

namespace Amqp.Simulation.World;

/// <summary>
/// One client session, one link and one broker in virtual time. <see cref="Run(Scenario)"/> is a pure function of the
/// scenario.
/// </summary>
/// <remarks>
/// The world is a single loop over three sources of happenings: the link's queue, the session's deadline and the
/// broker's. The earliest is taken; at equal times the link goes first, then the session, then the broker. Each input
/// to
/// the session follows its contract: one input, events to the end, bytes, deadline.
/// </remarks>
public sealed partial class SimWorld
{
    private readonly Scenario _scenario;
    private readonly WorldOptions _options;
    private readonly RandomStreams _random;
    private readonly EventQueue<LinkSignal> _queue = new();
    private readonly TraceLog _trace;
    private readonly SimLink _link;
    private readonly ArrayBufferWriter<byte> _clientOutput = new();
    private readonly ArrayBufferWriter<byte> _brokerOutput = new();
    private readonly ReceiveBuffer _clientInput = new();
    private readonly ReceiveBuffer _brokerInput = new();
    private readonly AmqpSession _session;
    private readonly BrokerCore _broker;
    private readonly BrokerConnection _connection;
    private readonly List<BrokerConnection> _dirty = [];
    private readonly List<EventRecord> _events = [];
    private readonly List<CommandRecord> _commands = [];
    private readonly List<string> _failures = [];
    private readonly CompletionAuditor _completions = new();
    private readonly ConfirmAuditor _confirms = new();
    private readonly IAuditor[] _auditors;
    private MonoTime _now;
    private bool _clientClosed;
    private bool _brokerClosed;

    private SimWorld(Scenario scenario)
    {
        _scenario = scenario;
        _options = scenario.Options;
        _now = _options.Origin;
        _random = new RandomStreams(scenario.Seed);
        _trace = new TraceLog(_now);
        _auditors = [new TerminalAuditor(), _completions, _confirms, new ContentAuditor()];
        _link = new SimLink(_options.Link, scenario.Cuts, _random, _queue, _now) { OnCut = TraceCut };
        _broker = new BrokerCore(_options.Broker);
        _connection = _broker.Accept(_brokerOutput, _now);
        _session = new AmqpSession(_options.Session, _clientOutput, _now);
    }

    /// <summary>Runs a scenario to its end.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <returns>The same outcome for the same scenario, always.</returns>
    public static Outcome Run(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        return new SimWorld(scenario).Run();
    }

    private Outcome Run()
    {
        _session.Start(_now);
        Flush();
        string? pending = null;
        for (int happenings = 0; ; happenings++)
        {
            RunSteps();
            if (IsOver())
            {
                break;
            }

            pending = happenings >= _options.MaxHappenings ? $"still busy after {happenings} happenings" : Next();
            if (pending is not null)
            {
                break;
            }
        }

        pending ??= Pending();
        bool closed = _session.State == ConnectionState.Closed;
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnEnd(closed);
            _failures.AddRange(auditor.Failures);
        }

        return new Outcome
        {
            Trace = [.. _trace.Lines],
            TraceHash = _trace.Hash,
            Events = [.. _events],
            Commands = [.. _commands],
            Failures = [.. _failures],
            Pending = pending,
            FinalState = _session.State,
            BytesToBroker = _link.Sent(LinkDirection.ToBroker),
            BytesToClient = _link.Sent(LinkDirection.ToClient),
            Duration = _now - _options.Origin,
        };
    }

    /// <summary>Lets the next thing happen.</summary>
    /// <returns>Null, or why nothing can.</returns>
    private string? Next()
    {
        MonoTime link = _queue.NextAt;
        MonoTime session = _session.NextDeadline.At;
        MonoTime broker = _broker.NextDeadline;
        MonoTime steps = NextStepAt();
        MonoTime next = Earlier(Earlier(link, session), Earlier(broker, steps));
        if (next == MonoTime.Never)
        {
            return $"nothing will ever happen again; {Pending()}";
        }

        if (next - _options.Origin > _options.Limit)
        {
            return $"the time limit of {_options.Limit} passed; {Pending()}";
        }

        _now = next > _now ? next : _now;
        if (link <= _now)
        {
            _queue.TryTake(out _, out LinkSignal signal);
            Handle(signal);
        }
        else if (session <= _now)
        {
            ElapseSession();
        }
        else if (broker <= _now)
        {
            _broker.Elapse(_now);
            Flush();
        }

        return null;
    }

    private bool IsOver()
    {
        if (_session.State == ConnectionState.Closed)
        {
            return _link.IsQuiet;
        }

        // Once a close was asked for, the run waits for its end: it is bounded by the session's own timeout.
        return AreStepsDone && _session.State != ConnectionState.Closing && _now >= _lastStepAt + _options.Grace;
    }

    private string? Pending()
    {
        if (_session.State == ConnectionState.Closed)
        {
            return _completions.Open > 0 ? $"{_completions.Open} calls outlive their session" : null;
        }

        if (_completions.Open > 0)
        {
            return $"{_completions.Open} calls are not answered";
        }

        return _confirms.Open > 0 ? $"{_confirms.Open} publishes are not settled" : null;
    }

    private static MonoTime Earlier(MonoTime a, MonoTime b) => a < b ? a : b;

    private void TraceCut(CutAtByte cut) => _trace.Add(_now, "fault", cut.ToString());
}
