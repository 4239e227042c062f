using Amqp.Engine.Events;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Scenarios;

namespace Amqp.Simulation.Audit;

/// <summary>The auditors of one client of a run.</summary>
internal sealed class ClientAudit
{
    private readonly int _client;
    private readonly MessageLedger _ledger;
    private readonly TopologyAuditor _topology;
    private readonly CompletionAuditor _completions = new();
    private readonly ConfirmAuditor _confirms = new();
    private readonly IAuditor[] _auditors;

    public ClientAudit(int client, MessageLedger ledger, TopologyAuditor topology)
    {
        _client = client;
        _ledger = ledger;
        _topology = topology;
        _auditors =
        [
            new TerminalAuditor(), _completions, _confirms, new ContentAuditor(), new DeliveryAuditor(ledger),
            new TransactionAuditor(ledger), topology, new ViolationAuditor(),
        ];
    }

    /// <summary>The one that is told of bytes and of time.</summary>
    public SilenceAuditor Silence { get; } = new();

    public int OpenCalls => _completions.Open;

    public int OpenPublishes => _confirms.Open;

    public IEnumerable<string> Failures => Own.SelectMany(static each => each.Failures).Concat(Silence.Failures);

    public bool HasFailed
    {
        get
        {
            bool has = Silence.Failures.Count > 0;
            foreach (IAuditor auditor in _auditors)
            {
                has |= auditor.Failures.Count > 0;
            }

            return has;
        }
    }

    private IEnumerable<IAuditor> Own => _auditors.Where(each => !ReferenceEquals(each, _topology));

    public void OnSession(int number)
    {
        Enter();
        _ledger.OnSession();
        Silence.OnSession();
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnSession(number);
        }
    }

    public void OnCommand(CommandRecord command)
    {
        Enter();
        _ledger.OnCommand(command);
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnCommand(command);
        }
    }

    public void OnEvent(EventRecord e)
    {
        Enter();
        _ledger.OnEvent(e);
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnEvent(e);
        }

        _ledger.AfterEvent(e);
    }

    public void OnFault(BrokerFault fault, bool happened)
    {
        foreach (IAuditor auditor in Own)
        {
            auditor.OnFault(fault, happened);
        }
    }

    public void OnEnd(bool closed)
    {
        foreach (IAuditor auditor in Own)
        {
            auditor.OnEnd(closed);
        }
    }

    public void OnFinish(BrokerCore broker, bool isStuck)
    {
        Enter();
        foreach (IAuditor auditor in Own)
        {
            auditor.OnFinish(broker, isStuck);
        }
    }

    // The books that clients share keep channels and requests of each apart.
    private void Enter() => _ledger.Client = _topology.Client = _client;
}
