using Amqp.Engine.Events;
using Amqp.FakeBroker;
using Amqp.FakeBroker.Faults;
using Amqp.Simulation.Scenarios;
using Amqp.Simulation.World;

namespace Amqp.Simulation.Audit;

/// <summary>All auditors of a run.</summary>
internal sealed class AuditBench
{
    /// <summary>The first failures tell enough; one mistake can break a property a thousand times.</summary>
    private const int MostFailures = 20;

    private readonly CompletionAuditor _completions = new();
    private readonly ConfirmAuditor _confirms = new();
    private readonly IAuditor[] _auditors;
    private readonly List<string> _own = [];

    /// <summary>The one that is told of bytes and of time.</summary>
    public SilenceAuditor Silence { get; } = new();

    public AuditBench()
    {
        MessageLedger ledger = new();
        _auditors =
        [
            new TerminalAuditor(), _completions, _confirms, new ContentAuditor(), new ConservationAuditor(),
            new DeliveryAuditor(ledger), new SafetyAuditor(ledger), new TransactionAuditor(ledger),
            new TopologyAuditor(), new ViolationAuditor(),
        ];
        _ledger = ledger;
    }

    private readonly MessageLedger _ledger;

    public int OpenCalls => _completions.Open;

    public int OpenPublishes => _confirms.Open;

    public IEnumerable<string> Failures =>
        _own.Concat(_auditors.SelectMany(static each => each.Failures)).Concat(Silence.Failures).Take(MostFailures);

    /// <summary>True once anything was found wrong.</summary>
    public bool HasFailed
    {
        get
        {
            bool has = _own.Count > 0 || Silence.Failures.Count > 0;
            foreach (IAuditor auditor in _auditors)
            {
                has |= auditor.Failures.Count > 0;
            }

            return has;
        }
    }

    public void Fail(string failure) => _own.Add(failure);

    public void OnSession(int number)
    {
        _ledger.OnSession();
        Silence.OnSession();
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnSession(number);
        }
    }

    public void OnCommand(CommandRecord command)
    {
        _ledger.OnCommand(command);
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnCommand(command);
        }
    }

    public void OnEvent(EventRecord e)
    {
        _ledger.OnEvent(e);
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnEvent(e);
        }

        _ledger.AfterEvent(e);
    }

    public void OnBroker(in BrokerEvent e)
    {
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnBroker(e);
        }
    }

    public void OnFault(BrokerFault fault, bool happened)
    {
        _ledger.OnFault(fault, happened);
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnFault(fault, happened);
        }
    }

    public void OnSettled(BrokerCore broker)
    {
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnSettled(broker);
        }
    }

    public void OnEnd(bool closed)
    {
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnEnd(closed);
        }
    }

    public void OnFinish(WorldEnd end)
    {
        foreach (IAuditor auditor in _auditors)
        {
            auditor.OnFinish(end.Broker, end.IsStuck);
        }

        LeakCheck.Look(end, _own);
    }
}
